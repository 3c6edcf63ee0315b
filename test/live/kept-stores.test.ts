import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, type Engine, server } from '../support/servers.ts';
import { ok } from './restore-bed.ts';

const FILES = {
  'm/001_notes.sql': `CREATE TABLE notes (id int PRIMARY KEY, t text, u text);
INSERT INTO notes SELECT n, 't', 'u' FROM generate_series(1, 50) AS n;

-- ROLLBACK:
-- DROP TABLE notes;
`,
  'm/002_column.sql': 'ALTER TABLE notes DROP COLUMN u;\n\n-- ROLLBACK:\n-- ALTER TABLE notes ADD COLUMN u text;\n',
  'm/003_rows.sql': 'DELETE FROM notes WHERE id < 10;\n\n-- ROLLBACK:\n-- SELECT 1;\n',
};

/** Three migrations are applied, and the last one is rolled back without its data. */
async function withKept(engine: Engine, body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  const database = await createDatabase(await server(engine));
  await withWorkplace(FILES, { DATABASE_URL: database.url }, async (workplace) => {
    await ok(workplace.run(['migrate']));
    await ok(workplace.run(['rollback', '--no-data', '--yes']));
    await body({ ...workplace, database });
  });
  await database.drop();
}

interface Listed {
  readonly stores: { name: string; state: string; rows: number; of: string; version: string; bytes: number }[];
}

const storesIn = async ({ database }: DatabaseWorkplace) =>
  (
    await database.sql(
      "SELECT relname FROM pg_class WHERE relnamespace = 'taskflow_backup'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
  ).map(([name]) => name);

for (const engine of onServers(import.meta.url, 12, 18))
  test(`what is kept in the database is listed, and pruned by rules and by name, on record (${engine})`, () =>
    withKept(engine, async (at) => {
      const { stores } = (await ok(at.run(['backup', 'list', '--json']))).json<Listed>();
      assert.deepEqual(
        stores.map(({ name, state, rows, of, version }) => [name, state, rows, of, version]),
        [
          ['003_rows.1', 'left', 9, 'public.notes', '003_rows'],
          ['002_column.1', 'needed', 50, 'public.notes (u)', '002_column'],
        ],
      );
      assert.ok(stores.every(({ bytes }) => bytes > 0));
      assert.match((await ok(at.run(['backup', 'list']))).stdout, /002_column\.1 .*public\.notes \(u\) .*needed/);
      const dry = await ok(at.run(['backup', 'prune', '--keep-days', '0', '--dry-run']));
      assert.match(dry.stdout, /remove taskflow_backup\."003_rows\.1", .*: older than 0 days/);
      assert.match(dry.stdout.replaceAll(/\s+/g, ' '), /"002_column\.1" stays: a rollback of 002_column puts it back/);
      assert.deepEqual(await storesIn(at), ['002_column.1', '003_rows.1']);
      await ok(at.run(['backup', 'prune', '--keep-days', '0', '--yes']));
      assert.deepEqual(await storesIn(at), ['002_column.1']);
      const refused = await at.run(['backup', 'prune', '002_column.1', '--yes']);
      assert.equal(refused.exit, 1);
      assert.match(refused.said, /backup-refused.*holds what a rollback of 002_column puts back.*--kept-data/);
      const asks = await at.run(['backup', 'prune', '002_column.1', '--kept-data']);
      assert.match(asks.said, /confirmation-needed.*1 table of kept data \(of which a rollback would put back 1\)/);
      assert.deepEqual(await storesIn(at), ['002_column.1']);
      await ok(at.run(['backup', 'prune', '002_column.1', '--kept-data', '--yes']));
      assert.deepEqual(await storesIn(at), []);
      const events = await at.database.sql(
        "SELECT detail -> 'stores' -> 0 ->> 'store', detail -> 'stores' -> 0 ->> 'state' FROM schema_migration_events WHERE event = 'pruned' ORDER BY seq",
      );
      assert.deepEqual(events, [
        ['003_rows.1', 'left'],
        ['002_column.1', 'needed'],
      ]);
      assert.match((await ok(at.run(['history', '--verify']))).stdout, /whole/);
      assert.match((await ok(at.run(['rollback', '--dry-run']))).output, /cannot put back 50 values/);
    }));

test('doctor names what nothing refers to, and the copy that a killed run has left, with what removes them', () =>
  withKept(14, async (at) => {
    const { sql } = at.database;
    assert.match((await ok(at.run(['doctor']))).stdout, /kept data: 2 tables, /);
    await sql('CREATE TABLE taskflow_backup."by hand" (a int)');
    await sql('CREATE TABLE taskflow_backup."009_x.1" (id int)');
    await sql('CREATE TABLE taskflow_backup."009_x.1 written" (id int)');
    await sql(
      `CREATE FUNCTION taskflow_backup."009_x.1 written"() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$`,
    );
    await sql(
      'CREATE TRIGGER taskflow_capture AFTER UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION taskflow_backup."009_x.1 written"()',
    );
    const { findings } = (await at.run(['doctor', '--json'])).json<{
      findings: { name: string; found: string; advice: string }[];
    }>();
    const stray = findings.find(({ name }) => name === 'kept data');
    assert.match(stray?.found ?? '', /nothing refers to taskflow_backup\."by hand"$/);
    assert.match(stray?.advice ?? '', /backup prune 'taskflow_backup\."by hand"'$/);
    const left = findings.find(({ name }) => name === 'abandoned copy');
    assert.match(left?.found ?? '', /was copying public\.notes: its trigger still writes/);
    for (const one of (left?.advice ?? '').split('By hand: ')[1]?.split('; ') ?? []) await sql(one.replace(/;$/, ''));
    await ok(at.run(['backup', 'prune', 'taskflow_backup."by hand"', '--yes']));
    assert.match((await ok(at.run(['doctor']))).stdout, /kept data: 2 tables, /);
    assert.deepEqual(await storesIn(at), ['002_column.1', '003_rows.1']);
  }));
