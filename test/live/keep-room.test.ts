import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withWorkplace } from '../support/cli.ts';
import { createDatabase, server } from '../support/servers.ts';
import { ok } from './restore-bed.ts';

const LARGE = "SELECT n, repeat('x', 800) FROM generate_series(1, 40000) AS n";
const FILES = {
  'm/001_t.sql': `CREATE TABLE t (id int PRIMARY KEY, b text);\nINSERT INTO t ${LARGE};\n\n-- ROLLBACK:\n-- DROP TABLE t;\n`,
};

async function withTable(body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  const database = await createDatabase(await server(14));
  await withWorkplace(FILES, { DATABASE_URL: database.url, TASKFLOW_BACKUP_RESERVE: '0' }, async (workplace) => {
    await ok(workplace.run(['migrate']));
    await body({ ...workplace, database });
  });
  await database.drop();
}

const left = ({ database }: DatabaseWorkplace) =>
  database.sql(`SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE nspname = 'taskflow_backup'), (SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass)`);

const MIGRATIONS = [
  ['a copy of a large table', 'DROP TABLE t;', /the copy of public\.t will take about \d+ MB/],
  ['rows of a DELETE', 'DELETE FROM t;', /what is kept takes \d+ MB/],
] as const;

for (const [what, sql, found] of MIGRATIONS)
  test(`${what} that is larger than may be is refused, and nothing of it stays`, () =>
    withTable(async (at) => {
      at.write({ 'm/002_gone.sql': `${sql}\n\n-- ROLLBACK:\n-- SELECT 1;\n` });
      const end = await at.run(['migrate'], { env: { TASKFLOW_BACKUP_MAX_SIZE: '1MB' } });
      assert.equal(end.exit, 1);
      assert.match(end.said, /error\[backup-refused\].*more than may be kept/);
      assert.match(end.said, found);
      assert.deepEqual(await left(at), [['40000', '0', '0']]);
      await ok(at.run(['migrate']));
    }));

test('what several statements of a file keep is summed: of one kind, of another, and of rows that go along', () =>
  withTable(async (at) => {
    await at.database.sql('CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE, b text)');
    await at.database.sql(`INSERT INTO child SELECT n, n, repeat('y', 800) FROM generate_series(1, 2000) AS n`);
    const files: Readonly<Record<string, string>> = {
      // About 3 MB each.
      'of one kind': 'DELETE FROM t WHERE id BETWEEN 10001 AND 13000;\nDELETE FROM t WHERE id BETWEEN 20001 AND 23000;',
      'of another':
        "DELETE FROM t WHERE id BETWEEN 10001 AND 13000;\nUPDATE t SET b = 'z' WHERE id BETWEEN 20001 AND 23000;",
      'that go along': 'DELETE FROM t WHERE id <= 2000;\nDELETE FROM t WHERE id BETWEEN 20001 AND 21000;',
    };
    for (const [name, sql] of Object.entries(files)) {
      at.write({ 'm/002_gone.sql': `${sql}\n\n-- ROLLBACK:\n-- SELECT 1;\n` });
      const end = await at.run(['migrate'], { env: { TASKFLOW_BACKUP_MAX_SIZE: '4MB' } });
      assert.equal(end.exit, 1, name);
      assert.match(end.said, /error\[backup-refused\].*more than may be kept/, name);
      assert.deepEqual(await at.database.sql('SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM child)'), [
        ['40000', '2000'],
      ]);
    }
    await ok(at.run(['migrate'], { env: { TASKFLOW_BACKUP_MAX_SIZE: '16MB' } }));
  }));

test('a large copy that would fill the disk of a server on this machine is refused before it begins', () =>
  withTable(async (at) => {
    at.write({ 'm/002_gone.sql': 'DROP TABLE t;\n\n-- ROLLBACK:\n-- CREATE TABLE t (id int PRIMARY KEY, b text);\n' });
    const end = await at.run(['migrate'], { env: { TASKFLOW_BACKUP_RESERVE: '9000TB' } });
    assert.match(
      end.said,
      /no room to keep what is removed from public\.t.*are free on the disk of the server.*"backupReserve"/,
    );
    assert.deepEqual(await left(at), [['40000', '0', '0']]);
    await ok(at.run(['migrate']));
    await ok(at.run(['rollback', '--yes']));
    assert.deepEqual(await at.database.sql('SELECT count(*) FROM t'), [['40000']]);
  }));

test('a way back is not held up by it; of what is too large to be copied it is said that it is lost', () =>
  withTable(async (at) => {
    const env = { TASKFLOW_BACKUP_MAX_SIZE: '1MB' };
    at.write({ 'm/002_more.sql': 'SELECT 1;\n\n-- ROLLBACK:\n-- DELETE FROM t WHERE id > 9;\n' });
    await ok(at.run(['migrate']));
    const rows = await ok(at.run(['rollback', '--yes'], { env }));
    assert.match(rows.said, /kept [\d,]+ rows of public\.t/);
    await at.database.sql('TRUNCATE t');
    await at.database.sql(`INSERT INTO t ${LARGE}`);
    const end = await ok(at.run(['rollback', '--yes'], { env }));
    assert.match(end.said, /001_t: what is lost is not kept: /);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('t')"), [[null]]);
  }));
