/** Many small statements of one file: those of a kind share a store, and of a row that is changed again and again the oldest values come back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type RoundTrip, roundTrip } from '../support/round-trip.ts';

const T = `CREATE TABLE t (id int PRIMARY KEY, v text, n int DEFAULT 7);
INSERT INTO t SELECT i, 'v' || i, i FROM generate_series(1, 60) AS i;`;
const each = (count: number, sql: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => sql(i + 1)).join(';\n');

const CASES: Readonly<Record<string, RoundTrip>> = {
  'the same columns of the same rows, again and again': {
    base: T,
    destroy: each(12, (i) => `UPDATE t SET v = v || '${i}' WHERE id = ${1 + (i % 3)}`),
    back: 'SELECT 1',
    says: /put back 3 values of public\.t\.v/,
  },
  'columns that overlap, in every order': {
    base: T,
    destroy: `UPDATE t SET v = 'a' WHERE id = 1; UPDATE t SET v = 'b', n = 1 WHERE id IN (1, 2); UPDATE t SET n = 2 WHERE id IN (2, 3);
UPDATE t SET v = 'c' WHERE id IN (2, 3); UPDATE t SET n = 3, v = 'd' WHERE id < 5; UPDATE t SET n = 4 WHERE id IN (1, 4, 5); UPDATE t SET v = 'e' WHERE id = 5`,
    back: 'SELECT 1',
  },
  'rows that are deleted, put in and changed again': {
    base: T,
    destroy: `UPDATE t SET v = 'first' WHERE id = 1; ${each(3, (i) => `DELETE FROM t WHERE id IN (1, ${i + 1}); INSERT INTO t VALUES (1, 'new ${i}', 0); UPDATE t SET v = 'changed ${i}' WHERE id = 1`)};
DELETE FROM t WHERE id = 1; DELETE FROM t WHERE id = 9; INSERT INTO t VALUES (9, 'nine'); UPDATE t SET v = 'x', n = 1 WHERE id IN (9, 10)`,
    back: 'DELETE FROM t WHERE id = 9',
  },
  'rows that the way back leaves are given their oldest values': {
    base: T,
    destroy: `DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 'new', 0); UPDATE t SET v = 'x', n = 5 WHERE id = 1; UPDATE t SET v = 'y', n = 6 WHERE id < 3`,
    back: 'SELECT 1',
    says: /not put back: 1 whose place another row has now/,
  },
  'rows that are loaded one by one': {
    base: T,
    destroy: `INSERT INTO t VALUES (100, 'only new') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
${each(30, (i) => `INSERT INTO t VALUES (${i * 3}, 'loaded') ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t.n <> 9`)};
${each(5, (i) => `INSERT INTO t VALUES (${i}, 'again') ON CONFLICT (id) DO UPDATE SET v = excluded.v, n = excluded.n`)}`,
    back: 'DELETE FROM t WHERE id > 60',
  },
  'rows without a key, with rows of other tables behind them': {
    base: `${T} CREATE TABLE keyless (a int, b text); INSERT INTO keyless SELECT i % 5, 'b' FROM generate_series(1, 20) AS i;
CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE, s int REFERENCES t (id) ON DELETE SET NULL); INSERT INTO child SELECT i, i, 1 + i % 60 FROM generate_series(1, 60) AS i`,
    destroy: `${each(4, (i) => `DELETE FROM keyless WHERE a = ${i}`)};
${each(6, (i) => `DELETE FROM t WHERE id = ${i * 4}; UPDATE child SET s = 60 WHERE id = ${i * 4 + 1}`)}`,
    back: 'SELECT 1',
  },
  'a table that is altered in between': {
    base: T,
    destroy: `${each(3, (i) => `UPDATE t SET v = 'a' WHERE id = ${i}`)}; ALTER TABLE t RENAME COLUMN v TO w; ${each(3, (i) => `UPDATE t SET w = 'b' WHERE id = ${i + 10}`)};
ALTER TABLE t ADD COLUMN z int DEFAULT 1; ${each(3, (i) => `DELETE FROM t WHERE id = ${i + 20}`)}; ALTER TABLE t DROP COLUMN z; ${each(3, (i) => `DELETE FROM t WHERE id = ${i + 30}`)}`,
    back: 'ALTER TABLE t RENAME COLUMN w TO v',
  },
  'statements that touch other rows than they were asked for': {
    base: `${T} CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id % 2 = 0 THEN RETURN NULL; END IF; NEW.n := 0; RETURN NEW; END $$;
CREATE TRIGGER skip BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION skip()`,
    destroy: `${each(8, (i) => `UPDATE t SET v = 'x' WHERE id = ${i}`)}; WITH few AS (SELECT 11 AS id) UPDATE t SET v = 'y' FROM few WHERE t.id = few.id;
SELECT 1; UPDATE t SET v = 'z' WHERE id IN (1, 2, 3)`,
    back: 'SELECT 1',
  },
};

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 2 }, () => {
    for (const [name, one] of Object.entries(CASES)) test(name, async () => void (await roundTrip(major, one)));

    test('three hundred statements fill one store, and nothing but it is left', () =>
      withCli(major, { 'm/000_base.sql': `${T}\n-- IRREVERSIBLE: the base\n` }, async (at) => {
        await at.run(['migrate', '--yes']);
        const one = (i: number) =>
          `INSERT INTO t VALUES (${1 + (i % 50)}, 'l') ON CONFLICT (id) DO UPDATE SET v = excluded.v`;
        at.write({ 'm/001_step.sql': `-- Step\n${each(300, one)};\n-- IRREVERSIBLE: test\n` });
        const run = await at.run(['migrate', '--yes']);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, /kept 50 values of public\.t\.v in taskflow_backup\."001_step\.1" 1\/1/);
        const relations =
          "SELECT relname FROM pg_class WHERE relnamespace = 'taskflow_backup'::regnamespace AND relkind = 'r'";
        assert.deepEqual(await at.database.sql(relations), [['001_step.1']]);
      }));
  });
