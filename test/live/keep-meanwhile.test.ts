/** What has changed between a migration and its rollback is never overwritten: it is counted, named, and stays in the store. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, withApplied, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';

const BASE = `CREATE TABLE items (id int PRIMARY KEY, a text, b int);
INSERT INTO items SELECT i, 'a' || i, i FROM generate_series(1, 10) AS i;
-- IRREVERSIBLE: the base`;

async function withDestroyed(
  major: 14 | 18,
  [destroy, back]: readonly [string, string],
  use: (at: DatabaseWorkplace) => Promise<void>,
): Promise<void> {
  await withApplied(major, { 'm/001_base.sql': BASE }, async (at) => {
    at.write({ 'm/002_destroy.sql': `${destroy};\n-- ROLLBACK:\n-- ${back};\n` });
    const run = await at.run(['migrate']);
    assert.equal(run.exit, 0, run.output);
    await use(at);
  });
}

const itemsOf = async ({ database }: DatabaseWorkplace) => database.sql('SELECT id, a, b FROM items ORDER BY id');
const STORE = 'taskflow_backup."002_destroy.1"';

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    test('a dropped column: rows that are gone, and rows that came', () =>
      withDestroyed(major, ['ALTER TABLE items DROP COLUMN a', 'ALTER TABLE items ADD COLUMN a text'], async (at) => {
        await at.database.sql('DELETE FROM items WHERE id < 3');
        await at.database.sql('INSERT INTO items (id, b) VALUES (11, 11)');
        const asked = await at.run(['rollback', '--dry-run']);
        assert.match(
          asked.said,
          /002_destroy: puts back 10 values of public\.items\.a, but for what was changed since/,
        );
        const back = await at.run(['rollback', '--yes']);
        assert.equal(back.exit, 0, back.output);
        assert.match(back.said, /put back 8 values of public\.items\.a/);
        assert.match(back.said, /not put back: 2 of rows that are gone\. Still in taskflow_backup\."002_destroy\.1"/);
        assert.match(back.said, /1 newer rows? of public\.items had no such value/);
        assert.deepEqual((await itemsOf(at)).map(([id, a]) => [id, a]).slice(-2), [
          ['10', 'a10'],
          ['11', null],
        ]);
        assert.deepEqual(
          await at.database.sql(`SELECT id, a, "@state" FROM ${STORE} WHERE "@state" IS NOT NULL ORDER BY 1`),
          [
            ['1', 'a1', 'gone'],
            ['2', 'a2', 'gone'],
          ],
        );
      }));

    test('a dropped column that somebody has made again: its values are theirs', () =>
      withDestroyed(
        major,
        ['ALTER TABLE items DROP COLUMN a', 'ALTER TABLE items ADD COLUMN IF NOT EXISTS a text'],
        async (at) => {
          await at.database.sql(`ALTER TABLE items ADD COLUMN a text; UPDATE items SET a = 'mine' WHERE id = 2`);
          const back = await at.run(['rollback', '--yes']);
          assert.equal(back.exit, 0, back.output);
          assert.match(back.said, /put back 9 values of public\.items\.a/);
          assert.match(back.said, /not put back: 1 changed since/);
          assert.deepEqual((await itemsOf(at)).slice(0, 2), [
            ['1', 'a1', '1'],
            ['2', 'mine', '2'],
          ]);
        },
      ));

    test('updated rows: what was changed since stays; what the way back has done itself is right already', () =>
      withDestroyed(
        major,
        [`UPDATE items SET a = upper(a) WHERE id <= 5`, `UPDATE items SET a = lower(a) WHERE id = 1`],
        async (at) => {
          await at.database.sql(`UPDATE items SET a = 'mine' WHERE id = 2`);
          await at.database.sql(`UPDATE items SET b = 0 WHERE id = 3`);
          const back = await at.run(['rollback', '--yes']);
          assert.equal(back.exit, 0, back.output);
          assert.match(back.said, /put back 4 values of public\.items\.a/);
          assert.match(back.said, /not put back: 1 changed since, left as they are now/);
          assert.deepEqual((await itemsOf(at)).slice(0, 5), [
            ['1', 'a1', '1'],
            ['2', 'mine', '2'],
            ['3', 'a3', '0'],
            ['4', 'a4', '4'],
            ['5', 'a5', '5'],
          ]);
        },
      ));

    test('deleted rows: another row may have the key now', () =>
      withDestroyed(major, ['DELETE FROM items WHERE id > 5', 'SELECT 1'], async (at) => {
        await at.database.sql(`INSERT INTO items VALUES (7, 'new', 70), (8, 'a8', 8)`);
        const back = await at.run(['rollback', '--yes']);
        assert.equal(back.exit, 0, back.output);
        assert.match(back.said, /put back 4 rows of public\.items/);
        assert.match(back.said, /not put back: 1 whose place another row has now/);
        assert.deepEqual((await itemsOf(at))[6], ['7', 'new', '70']);
        assert.deepEqual(await at.database.sql(`SELECT id FROM ${STORE} WHERE "@state" = 'exists'`), [['7']]);
      }));

    test('a way back that does not make the table again leaves its rows in the store, and says so', () =>
      withDestroyed(major, ['DROP TABLE items', 'SELECT 1'], async (at) => {
        const back = await at.run(['rollback', '--yes']);
        assert.equal(back.exit, 0, back.output);
        assert.match(back.said, /not put back: 10 have no place: the way back does not make it again/);
        assert.deepEqual(await at.database.sql(`SELECT count(*) FROM ${STORE}`), [['10']]);
      }));

    test('--no-data leaves it out, and the store alone', () =>
      withDestroyed(major, ['ALTER TABLE items DROP COLUMN a', 'ALTER TABLE items ADD COLUMN a text'], async (at) => {
        const back = await at.run(['rollback', '--yes', '--no-data']);
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql('SELECT count(a) FROM items'), [['0']]);
        assert.deepEqual(await at.database.sql(`SELECT count(a) FROM ${STORE}`), [['10']]);
      }));

    test('a constraint that a row breaks undoes the whole rollback', () =>
      withDestroyed(
        major,
        ['ALTER TABLE items DROP COLUMN a', 'ALTER TABLE items ADD COLUMN a text CHECK (a IS NULL)'],
        async (at) => {
          const back = await at.run(['rollback', '--yes']);
          assert.equal(back.exit, 1, back.output);
          assert.match(back.said, /error\[backup-failed\]: 002_destroy: what was kept cannot be put back/);
          assert.match(back.said, /--> m\/002_destroy\.sql:3:4/);
          assert.match(back.said, /items_a_check/);
          assert.match(back.said, /taskflow-db rollback --no-data/);
          const columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'a'";
          assert.deepEqual(await at.database.sql(columns), [['0']]);
          assert.deepEqual(await at.database.sql(`SELECT count(a) FROM ${STORE}`), [['10']]);
        },
      ));

    test('backup "never" keeps nothing; what cannot be foreseen is said', () =>
      withCli(major, { 'm/001_base.sql': BASE }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.write({
          'm/002_a.sql': 'ALTER TABLE items DROP COLUMN a;\n-- IRREVERSIBLE: test\n',
          'm/003_b.sql':
            'WITH gone AS (DELETE FROM items WHERE id = 1 RETURNING *) UPDATE items SET b = 0 WHERE id = 5;\n-- IRREVERSIBLE: test\n',
        });
        const never = await at.run(['migrate', '--to', '2'], { env: { TASKFLOW_BACKUP: 'never' } });
        assert.equal(never.exit, 0, never.output);
        const unforeseen = await at.run(['migrate']);
        assert.equal(unforeseen.exit, 0, unforeseen.output);
        assert.match(
          unforeseen.said,
          /003_b, line 1: what it removes is not kept, because two of its parts change the same table/,
        );
        assert.deepEqual(await at.database.sql("SELECT to_regnamespace('taskflow_backup')"), [[null]]);
      }));

    test('what cannot be told apart is not kept, and said', () =>
      withCli(major, { 'm/001_base.sql': BASE }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        await at.database.sql(`CREATE VIEW seen AS SELECT * FROM items; CREATE TABLE child () INHERITS (items);
          CREATE TABLE keyless (a int, b text); INSERT INTO keyless SELECT i, 'x' FROM generate_series(1, 4) AS i`);
        at.write({
          'm/002_view.sql': 'DELETE FROM seen WHERE id = 1;\n-- IRREVERSIBLE: test\n',
          'm/003_child.sql': 'UPDATE items SET b = 0;\n-- IRREVERSIBLE: test\n',
          'm/004_key.sql': 'UPDATE keyless SET a = a + 1000 WHERE a < 3;\n-- ROLLBACK:\n-- SELECT 1;\n',
        });
        const run = await at.run(['migrate']);
        assert.equal(run.exit, 0, run.output);
        assert.match(
          run.said,
          /002_view, line 1: what it removes is not kept, because public\.seen is no table of this database/,
        );
        assert.match(run.said, /003_child, line 1: .* because other tables inherit from public\.items/);
        assert.match(
          run.said,
          /004_key, line 1: .* because it leaves no key by which the rows of public\.keyless are known/,
        );
        assert.equal((await at.run(['rollback', '--yes'])).exit, 0);
        assert.deepEqual(await at.database.sql('SELECT a FROM keyless ORDER BY a'), [['3'], ['4'], ['1001'], ['1002']]);
      }));

    test('a condition that answers differently each time is refused', () =>
      withCli(major, { 'm/001_base.sql': BASE }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        await at.database.sql('INSERT INTO items SELECT i FROM generate_series(11, 2000) AS i');
        const sql = 'UPDATE items SET b = -1 WHERE id IN (SELECT id FROM items ORDER BY random() LIMIT 20)';
        at.write({ 'm/002_random.sql': `${sql};\n-- IRREVERSIBLE: test\n` });
        const run = await at.run(['migrate']);
        assert.equal(run.exit, 1, run.output);
        assert.match(run.said, /error\[backup-refused\]/);
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM items WHERE b = -1'), [['0']]);
      }));

    test('--single-transaction keeps it, too; a way back in steps puts it back', () =>
      withCli(major, { 'm/001_base.sql': BASE }, async (at) => {
        assert.equal((await at.run(['migrate'])).exit, 0);
        at.write({
          'm/002_a.sql':
            'ALTER TABLE items DROP COLUMN a;\n-- ROLLBACK:\n-- ALTER TABLE items ADD COLUMN a text;\n-- CREATE INDEX CONCURRENTLY items_a ON items (a);\n',
          'm/003_b.sql': 'DELETE FROM items WHERE id > 8;\n-- ROLLBACK:\n-- SELECT 1;\n',
        });
        const run = await at.run(['migrate', '--single-transaction']);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, /kept 10 values of public\.items\.a/);
        assert.match(run.said, /kept 2 rows of public\.items/);
        const back = await at.run(['rollback', '--to', '1', '--yes']);
        assert.equal(back.exit, 0, back.output);
        assert.deepEqual(await at.database.sql('SELECT count(a), count(*) FROM items'), [['10', '10']]);
      }));

    test('a role that may not make the schema is told what an administrator does once', () =>
      withCli(major, { 'm/001_base.sql': BASE }, async (at) => {
        const role = uniqueName('keeper');
        await at.database.sql(`CREATE ROLE ${role} LOGIN; GRANT CREATE ON SCHEMA public TO ${role};
          REVOKE CREATE ON DATABASE "${at.database.name}" FROM PUBLIC`);
        const env = { DATABASE_URL: at.database.url.replace('postgres@', `${role}@`) };
        try {
          assert.equal((await at.run(['migrate'], { env })).exit, 0);
          at.write({ 'm/002_a.sql': 'ALTER TABLE items DROP COLUMN a;\n-- IRREVERSIBLE: test\n' });
          const refused = await at.run(['migrate'], { env });
          assert.equal(refused.exit, 1, refused.output);
          assert.match(refused.said, /error\[permission-denied\]/);
          assert.match(refused.said, new RegExp(`CREATE SCHEMA taskflow_backup AUTHORIZATION ${role};`));
          assert.deepEqual(await at.database.sql('SELECT count(a) FROM items'), [['10']]);
          await at.database.sql(`CREATE SCHEMA taskflow_backup AUTHORIZATION ${role}`);
          const run = await at.run(['migrate'], { env });
          assert.equal(run.exit, 0, run.output);
          assert.match(run.said, /kept 10 values/);
        } finally {
          await at.database.sql(`REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role}; DROP ROLE ${role}`);
        }
      }));
  });
