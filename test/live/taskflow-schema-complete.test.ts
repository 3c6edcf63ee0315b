/** init-complete.sql as the documents say to load it: with psql, into an empty database. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { server, systemBin, type TestDatabase, templateDatabase, withDatabase } from '../support/servers.ts';
import { applyAll, catalogOf } from './taskflow-schema-files.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'database', 'postgresql');

function psql(database: TestDatabase, file: string): { status: number | null; stderr: string } {
  const input = openSync(join(FOLDER, file), 'r');
  try {
    const env = { ...process.env, ...database.server.env(database.name) };
    return spawnSync(join(systemBin(), 'psql'), ['-X'], { env, stdio: [input, 'ignore', 'pipe'], encoding: 'utf8' });
  } finally {
    closeSync(input);
  }
}

const SEED = `SELECT id, name FROM users UNION ALL SELECT id, name FROM exercises
  UNION ALL SELECT id, key || ' ' || value FROM system_settings ORDER BY 2`;

for (const engine of [14, 15, 16, 17, 18]) {
  test(`PostgreSQL ${engine}: init-complete.sql makes what the migrations make`, () =>
    withDatabase(engine, async (database) => {
      const loaded = psql(database, 'init-complete.sql');
      assert.deepEqual({ status: loaded.status, stderr: loaded.stderr }, { status: 0, stderr: '' });
      assert.equal(psql(database, 'init-complete-patch.sql').status, 0);
      const template = await templateDatabase(await server(engine), 'taskflow schema', (other) => applyAll(other));
      await withDatabase(
        engine,
        async (replayed) => {
          assert.deepEqual(await catalogOf(database), await catalogOf(replayed));
          assert.deepEqual(await database.sql(SEED), await replayed.sql(SEED));
        },
        { template },
      );
    }));
}

test('init-complete.sql is all or nothing, and refuses a database that has TaskFlow in it', () =>
  withDatabase(18, async (database) => {
    await database.sql("CREATE TYPE workflow_status AS ENUM ('x')");
    const before = await catalogOf(database);
    const failed = psql(database, 'init-complete.sql');
    assert.equal(failed.status, 3);
    assert.match(failed.stderr, /type "workflow_status" already exists/);
    assert.deepEqual(await catalogOf(database), before);

    await database.sql('DROP TYPE workflow_status');
    assert.equal(psql(database, 'init-complete.sql').status, 0);
    const again = psql(database, 'init-complete.sql');
    assert.equal(again.status, 3);
    assert.match(again.stderr, /is not empty: it has public\.\w+/);
  }));
