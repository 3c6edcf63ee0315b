/** A new installation, undone and made again by the tool: the database is the same to every eye. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine } from '../support/engines.ts';
import { onServers } from '../support/on-servers.ts';
import { BROKEN_EVENTS, dumpSchema, NEW, rowsOf, trackingOf, withInstallation } from './installations-files.ts';
import { catalogOf } from './taskflow-schema-files.ts';

for (const engine of onServers<Engine>(import.meta.url, 14, 18, 'system')) {
  test(`PostgreSQL ${engine}: migrate, rollback of everything, migrate`, () =>
    withInstallation(engine, NEW, {}, async (at) => {
      const look = async () => [
        await catalogOf(at.database),
        await trackingOf(at.database),
        Object.entries(await rowsOf(at.database, 'UTC')).map(([table, rows]) => [table, rows.length]),
        engine === 'system' ? dumpSchema(at.database) : [],
      ];
      await at.good('init');
      const empty = await look();
      await at.good('migrate');
      const full = await look();
      await at.good('rollback', '--to', '002_record_existing_migrations', '--yes');
      assert.deepEqual(await look(), empty);
      const undone = await at.tool('status', '--check');
      assert.equal(undone.exit, 3, undone.output);
      await at.good('migrate');
      assert.deepEqual(await look(), full);
      await at.good('status', '--check');
      assert.deepEqual(await at.database.sql(BROKEN_EVENTS()), []);
    }));

  test(`PostgreSQL ${engine}: one step back and forth, from the last to the third`, () =>
    withInstallation(engine, NEW, {}, async (at) => {
      await at.good('migrate', '--to', '010');
      const full = await catalogOf(at.database);
      for (let i = 0; i < 3; i++) await at.good('rollback', '--yes');
      assert.equal(full.length > (await catalogOf(at.database)).length, true);
      await at.good('migrate', '--to', '010');
      assert.deepEqual(await catalogOf(at.database), full);
    }));
}
