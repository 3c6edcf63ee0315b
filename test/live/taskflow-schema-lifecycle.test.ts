/** Each migration of the TaskFlow database: applied, run again, rolled back, applied again, as an ordinary owner. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { majors, type TestDatabase, uniqueName, withDatabase } from '../support/servers.ts';
import {
  applyAll,
  bodySql,
  catalogOf,
  migration,
  plainMigrations,
  rollbackSql,
  schemaMigrations,
  verifyAnswers,
} from './taskflow-schema-files.ts';

/** Runs the body in a database whose owner is an ordinary role; the text it is given turns a session into that role. */
async function withOrdinaryOwner(
  engine: number,
  body: (database: TestDatabase, as: string) => Promise<void>,
): Promise<void> {
  await withDatabase(engine, async (database) => {
    const owner = uniqueName('owner');
    await database.sql(`CREATE ROLE ${owner}`);
    await database.sql(`ALTER DATABASE ${database.name} OWNER TO ${owner}`);
    if (engine === 12) await database.sql('CREATE EXTENSION pgcrypto');
    try {
      await body(database, `SET ROLE ${owner};\n`);
    } finally {
      await database.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
    }
  });
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`each migration on PostgreSQL ${engine}`, () => {
    test('runs twice with the effect of once, and its rollback undoes it exactly', () =>
      withOrdinaryOwner(engine, async (database, as) => {
        let before = await catalogOf(database);
        for (const one of plainMigrations) {
          await database.sql(as + bodySql(one));
          const after = await catalogOf(database);
          assert.deepEqual(new Set(await verifyAnswers(database, one)), new Set(one.verify.length > 0 ? ['t'] : []));
          await database.sql(as + bodySql(one));
          assert.deepEqual(await catalogOf(database), after, `${one.version} run again`);
          await database.sql(as + rollbackSql(one));
          assert.deepEqual(await catalogOf(database), before, `${one.version} rolled back`);
          await database.sql(as + bodySql(one));
          assert.deepEqual(await catalogOf(database), after, `${one.version} applied again`);
          before = after;
        }
      }));

    test('can all be rolled back, last first, to an empty database', () =>
      withOrdinaryOwner(engine, async (database, as) => {
        const empty = await catalogOf(database);
        await applyAll(database, as);
        assert.equal((await catalogOf(database)).length > 300, true);
        for (const one of [...plainMigrations].reverse()) await database.sql(as + rollbackSql(one));
        assert.deepEqual(await catalogOf(database), empty);
      }));
  });
}

for (const engine of majors.filter((major) => major !== 14 && major !== 18)) {
  test(`PostgreSQL ${engine}: the schema is made and unmade`, () =>
    withOrdinaryOwner(engine, async (database, as) => {
      const empty = await catalogOf(database);
      await applyAll(database, as);
      const full = await catalogOf(database);
      await applyAll(database, as);
      assert.deepEqual(await catalogOf(database), full);
      for (const one of [...plainMigrations].reverse()) await database.sql(as + rollbackSql(one));
      assert.deepEqual(await catalogOf(database), empty);
    }));
}

test('every migration says who wrote it, when, and what it needs', () => {
  for (const one of schemaMigrations) {
    assert.equal(one.headers.author, 'TaskFlow Database authors', one.version);
    assert.equal(one.headers.date, '2026-11-22', one.version);
    assert.notEqual(one.headers.depends.length, 0, `${one.version} may be late on an installation that has later ones`);
  }
});

describe('the seed rows', () => {
  const seed = migration('026_insert_seed_rows');
  const rows = (database: TestDatabase) =>
    database.sql(`SELECT * FROM (SELECT email AS key FROM users UNION ALL SELECT name FROM exercises
      UNION ALL SELECT key FROM system_settings) AS keys ORDER BY key COLLATE "C"`);

  test('leave nothing behind when nobody touched them', () =>
    withDatabase(18, async (database) => {
      await applyAll(database);
      await database.sql(rollbackSql(seed));
      assert.deepEqual(await rows(database), []);
    }));

  test('stay where people changed them or refer to them', () =>
    withDatabase(18, async (database) => {
      await applyAll(database);
      await database.sql(`
        INSERT INTO workflows (name, created_by) VALUES ('Triage', 1);
        INSERT INTO requests (text, exercise_id) VALUES ('Why?', 1);
        UPDATE system_settings SET value = '"false"' WHERE key = 'ui_show_logs_button';
        UPDATE users SET preferences = '{"theme": "dark"}' WHERE email = 'analyst@system.local'`);
      await database.sql(rollbackSql(seed));
      const kept = [['Default Exercise'], ['admin@system.local'], ['analyst@system.local'], ['ui_show_logs_button']];
      assert.deepEqual(await rows(database), kept);
      assert.deepEqual(await database.sql('SELECT count(*) FROM workflows'), [['1']]);
      await database.sql(bodySql(seed));
      assert.deepEqual(await database.sql("SELECT value FROM system_settings WHERE key = 'ui_show_logs_button'"), [
        ['"false"'],
      ]);
      assert.equal((await rows(database)).length, 6);
    }));

  test('add no second default exercise', () =>
    withDatabase(18, async (database) => {
      await applyAll(database);
      await database.sql("UPDATE exercises SET name = 'Winter'");
      await database.sql(bodySql(seed));
      assert.deepEqual(await database.sql('SELECT name, is_default FROM exercises'), [['Winter', 't']]);
    }));
});
