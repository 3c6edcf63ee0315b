/** 001 and 002 with psql alone record what the tool's own adoption records, and the tool goes on from there. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { type TestDatabase, withDatabase } from '../support/servers.ts';
import {
  HANDMADE,
  type Installation,
  MIGRATIONS,
  NEW,
  newInstallation,
  OLDER,
  psql,
  rowsOf,
  TRACKED,
  withInstallation,
  ZONE,
} from './installations-files.ts';
import { catalogOf } from './taskflow-schema-files.ts';

const TRACKING = join(MIGRATIONS, '001_create_migration_tracking.sql');
const EXISTING = join(MIGRATIONS, '002_record_existing_migrations.sql');

function record(database: TestDatabase, ...files: string[]): void {
  const args = ['-q', '-v', 'ON_ERROR_STOP=1', ...files.flatMap((file) => ['-f', file])];
  const { status, stdout, stderr } = psql(database, { args });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
}

async function baselines(database: TestDatabase): Promise<(string | null | undefined)[]> {
  const rows = await database.sql("SELECT version FROM schema_migrations WHERE type = 'baseline' ORDER BY version");
  return rows.map(([version]) => version);
}

async function byTool(engine: number, of: Installation): Promise<unknown> {
  let found: unknown;
  await withInstallation(engine, of, {}, async (at) => {
    await at.good('init');
    found = await baselines(at.database);
  });
  return found;
}

for (const [engine, of] of [
  [14, HANDMADE],
  [18, HANDMADE],
  [18, OLDER],
  [18, TRACKED],
] as const) {
  describe(`PostgreSQL ${engine}, an installation ${of.name}`, () => {
    test('psql records as baseline what the tool would, twice the same, and migrate completes it', () =>
      withInstallation(engine, of, { TASKFLOW_LEGACY_TIME_ZONE: ZONE }, async (at) => {
        const rows = await rowsOf(at.database, ZONE);
        record(at.database, TRACKING, EXISTING);
        const recorded = await baselines(at.database);
        assert.deepEqual(recorded, await byTool(engine, of));
        record(at.database, TRACKING, EXISTING);
        assert.deepEqual(await baselines(at.database), recorded);
        assert.deepEqual(await rowsOf(at.database, ZONE), rows);

        await at.good('migrate');
        await at.good('status', '--check');
        const template = await newInstallation(engine);
        const wanted = await withDatabase(engine, catalogOf, { template });
        assert.deepEqual(await catalogOf(at.database), wanted);
      }));
  });
}

test('on a new database psql records nothing, and migrate does all of it', () =>
  withInstallation(18, NEW, {}, async (at) => {
    record(at.database, TRACKING, EXISTING);
    assert.deepEqual(await at.database.sql('SELECT version FROM schema_migrations'), []);
    await at.good('migrate');
    await at.good('status', '--check');
    const wanted = await withDatabase(18, catalogOf, { template: await newInstallation(18) });
    assert.deepEqual(await catalogOf(at.database), wanted);
  }));
