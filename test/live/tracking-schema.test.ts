/** A selection once more with the tracking tables in a schema of their own, whose name needs quotes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { withDatabase } from '../support/servers.ts';
import {
  BROKEN_EVENTS,
  dumpSchema,
  HANDMADE,
  lostRows,
  MIGRATIONS,
  NEW,
  newInstallation,
  psql,
  recordsOf,
  rowsOf,
  trackingOf,
  withInstallation,
  ZONE,
} from './installations-files.ts';
import { catalogOf } from './taskflow-schema-files.ts';

const SCHEMA = 'Ops "Tracking"; 1';
const QUOTED = '"Ops ""Tracking""; 1"';
const ELSEWHERE = { TASKFLOW_TRACKING_SCHEMA: SCHEMA, TASKFLOW_LEGACY_TIME_ZONE: ZONE };

/** The same for a session of psql; a space ends an option there. */
const PGOPTIONS = `-c taskflow.tracking_schema=${SCHEMA.replaceAll(' ', '\\ ')}`;

describe(`the tracking in schema ${SCHEMA}`, () => {
  test('holds what it holds in public, and nothing of it is in public', () =>
    withInstallation(18, NEW, ELSEWHERE, async (at) => {
      await at.good('migrate');
      await at.good('status', '--check');
      await withDatabase(
        18,
        async (inPublic) => {
          assert.deepEqual(await trackingOf(at.database, SCHEMA), await trackingOf(inPublic));
          assert.deepEqual(await recordsOf(at.database, SCHEMA), await recordsOf(inPublic));
          assert.deepEqual(await catalogOf(at.database), await catalogOf(inPublic));
        },
        { template: await newInstallation(18) },
      );
      assert.deepEqual(await trackingOf(at.database), []);
      assert.deepEqual(await at.database.sql(BROKEN_EVENTS(SCHEMA)), []);
    }));

  test('stays while everything else is undone and made again', () =>
    withInstallation('system', NEW, ELSEWHERE, async (at) => {
      await at.good('migrate');
      const before = dumpSchema(at.database);
      await at.good('rollback', '--to', '002', '--yes');
      assert.deepEqual(await catalogOf(at.database), []);
      await at.good('migrate');
      assert.deepEqual(dumpSchema(at.database), before);
      assert.deepEqual(await at.database.sql(BROKEN_EVENTS(SCHEMA)), []);
    }));

  test('takes an existing installation, recorded by the tool or by psql', () =>
    withInstallation(18, HANDMADE, ELSEWHERE, async (at) => {
      const before = await rowsOf(at.database, ZONE);
      const baselines = `SELECT version FROM ${QUOTED}.schema_migrations WHERE type = 'baseline' ORDER BY version`;
      let byPsql: unknown;
      await withInstallation(18, HANDMADE, ELSEWHERE, async (other) => {
        const files = ['001_create_migration_tracking.sql', '002_record_existing_migrations.sql'];
        const args = ['-q', '-v', 'ON_ERROR_STOP=1', ...files.flatMap((file) => ['-f', join(MIGRATIONS, file)])];
        const { status, stderr } = psql(other.database, { args, env: { PGOPTIONS } });
        assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
        byPsql = await other.database.sql(baselines);
      });
      await at.good('init');
      assert.deepEqual(await at.database.sql(baselines), byPsql);
      await at.good('migrate');
      await at.good('status', '--check');
      assert.deepEqual(lostRows(before, await rowsOf(at.database, ZONE)), []);
      const wanted = await withDatabase(18, catalogOf, { template: await newInstallation(18) });
      assert.deepEqual(await catalogOf(at.database), wanted);
      assert.deepEqual(await trackingOf(at.database), []);
    }));
});
