/**
 * Ways back as people write them: the data are there before what says something of them, and they find their table whatever it is
 * called by then. What else the table has - rules, policies, roles - does not keep them out.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type RoundTrip, roundTrip } from '../support/round-trip.ts';

const T = `CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL UNIQUE, w text);
INSERT INTO t SELECT i, i * 3, 'w' || i FROM generate_series(1, 20) AS i;`;
const PARENT = `CREATE TABLE p (id int PRIMARY KEY, v text NOT NULL);
CREATE TABLE k (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO p SELECT i, 'v' || i FROM generate_series(1, 5) AS i; INSERT INTO k SELECT i, i FROM generate_series(1, 5) AS i;`;

const CASES: Readonly<Record<string, RoundTrip>> = {
  'a column, then NOT NULL and UNIQUE': {
    base: T,
    destroy: 'ALTER TABLE t DROP COLUMN c',
    back: 'ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ALTER c SET NOT NULL; ALTER TABLE t ADD UNIQUE (c)',
  },
  'a column that is NOT NULL at once': {
    base: T,
    destroy: 'ALTER TABLE t DROP COLUMN c',
    back: 'ALTER TABLE t ADD COLUMN c int NOT NULL UNIQUE',
    between: `UPDATE t SET w = 'mine' WHERE id = 4`,
    afterwards: `UPDATE t SET w = 'w4' WHERE id = 4`,
    says: /line \d+: the data come before its constraints, so this was run by itself: ALTER TABLE t ALTER COLUMN "c" SET NOT NULL/,
  },
  'a column with a constraint, all in one statement': {
    base: `${T} ALTER TABLE t ADD CONSTRAINT positive CHECK (c > 0)`,
    destroy: 'ALTER TABLE t DROP COLUMN c',
    back: 'ALTER TABLE t ADD COLUMN c int, ALTER c SET NOT NULL, ADD UNIQUE (c), ADD CONSTRAINT positive CHECK (c > 0)',
  },
  'the primary key': {
    base: 'CREATE TABLE t (id int PRIMARY KEY, w text); INSERT INTO t SELECT i, chr(96 + i) FROM generate_series(1, 9) AS i;',
    destroy: 'ALTER TABLE t DROP COLUMN id',
    back: 'ALTER TABLE t ADD COLUMN id int PRIMARY KEY',
  },
  'an identity column': {
    base: `CREATE TABLE t (w text NOT NULL UNIQUE, id int GENERATED ALWAYS AS IDENTITY UNIQUE);
INSERT INTO t SELECT chr(96 + i) FROM generate_series(1, 9) AS i; DELETE FROM t WHERE id IN (1, 5);`,
    destroy: 'ALTER TABLE t DROP COLUMN id',
    back: 'ALTER TABLE t ADD COLUMN id int GENERATED ALWAYS AS IDENTITY UNIQUE',
  },
  'a table, then the foreign key of another': {
    base: PARENT,
    destroy: 'DROP TABLE p CASCADE',
    back: `CREATE TABLE p (id int, v text); ALTER TABLE p ADD PRIMARY KEY (id), ALTER v SET NOT NULL;
ALTER TABLE k ADD FOREIGN KEY (p) REFERENCES p`,
  },
  'a materialized view of a table': {
    base: `${T} CREATE MATERIALIZED VIEW m AS SELECT sum(c) AS s FROM t`,
    destroy: 'DROP TABLE t CASCADE',
    back: `CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL UNIQUE, w text); CREATE MATERIALIZED VIEW m AS SELECT sum(c) AS s FROM t`,
  },
  'a constraint that updated rows would break': {
    base: `${T} ALTER TABLE t ADD CONSTRAINT lower CHECK (w = lower(w));`,
    destroy: 'ALTER TABLE t DROP CONSTRAINT lower; UPDATE t SET w = upper(w)',
    back: 'ALTER TABLE t ADD CONSTRAINT lower CHECK (w = lower(w))',
  },
  'a section that puts the rows back itself': {
    base: T,
    destroy: 'CREATE TABLE archive AS SELECT * FROM t; DROP TABLE t',
    back: `CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL, w text); ALTER TABLE t ADD UNIQUE (c);
INSERT INTO t SELECT * FROM archive; DROP TABLE archive`,
  },
  'a section that makes the values up itself': {
    base: T,
    destroy: 'ALTER TABLE t DROP COLUMN c',
    back: `ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = -id; ALTER TABLE t ALTER c SET NOT NULL, ADD UNIQUE (c); UPDATE t SET c = -c WHERE id = 1`,
  },
  'a table that got another name, and a column': {
    base: T,
    destroy: `UPDATE t SET w = 'x' WHERE id < 4; ALTER TABLE t RENAME COLUMN id TO key; ALTER TABLE t RENAME TO t2; ALTER TABLE t2 DROP COLUMN c; DELETE FROM t2 WHERE key > 15`,
    back: 'ALTER TABLE t2 ADD COLUMN c int CONSTRAINT t_c_not_null NOT NULL CONSTRAINT t_c_key UNIQUE; ALTER TABLE t2 RENAME TO t; ALTER TABLE t RENAME COLUMN key TO id',
  },
  'a column that was renamed before it went': {
    base: T,
    destroy: `ALTER TABLE t RENAME w TO old; UPDATE t SET old = 'x' WHERE id < 4; ALTER TABLE t DROP COLUMN old; CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s; ALTER TABLE s.t DROP COLUMN c`,
    back: 'ALTER TABLE s.t SET SCHEMA public; DROP SCHEMA s; ALTER TABLE t ADD COLUMN c int NOT NULL UNIQUE; ALTER TABLE t ADD COLUMN w text',
  },
  'renamed by later migrations': {
    base: T,
    destroy: 'ALTER TABLE t DROP COLUMN c; DELETE FROM t WHERE id > 17',
    back: 'ALTER TABLE t2 RENAME TO t; ALTER TABLE t RENAME key TO id; ALTER TABLE t ADD COLUMN c int UNIQUE; ALTER TABLE t ALTER c SET NOT NULL',
    later: [['ALTER TABLE t RENAME id TO key; ALTER TABLE t RENAME TO t2', 'SELECT 1']],
  },
  'renamed by somebody, who leaves it so': {
    base: T,
    destroy: 'ALTER TABLE t DROP COLUMN c; DELETE FROM t WHERE id > 17',
    back: 'ALTER TABLE t2 ADD COLUMN c int CONSTRAINT t_c_not_null NOT NULL CONSTRAINT t_c_key UNIQUE',
    between: 'ALTER TABLE t RENAME id TO key; ALTER TABLE t RENAME TO t2; CREATE TABLE t (id int)',
    afterwards: 'DROP TABLE t; ALTER TABLE t2 RENAME TO t; ALTER TABLE t RENAME key TO id',
  },
  'in steps, each with what it looks at': {
    base: `${T} CREATE TABLE log (a int, b text); INSERT INTO log SELECT i % 2, 'x' FROM generate_series(1, 6) AS i`,
    destroy: 'ALTER TABLE t DROP COLUMN c; DELETE FROM log WHERE a = 1',
    back: `CREATE INDEX CONCURRENTLY t_w ON t (w); ALTER TABLE t ADD COLUMN c int NOT NULL; ALTER TABLE t ADD UNIQUE (c);
DROP INDEX CONCURRENTLY t_w; ALTER TABLE log ADD CHECK (a < 2); ALTER TABLE log DROP CONSTRAINT log_a_check`,
  },
  'rules and constraints that wait': {
    base: `CREATE TABLE hist (id int, v text); CREATE TABLE r (id int PRIMARY KEY, v text, pos int UNIQUE DEFERRABLE INITIALLY DEFERRED, w text);
INSERT INTO r SELECT i, 'v' || i, i, 'w' || i FROM generate_series(1, 9) AS i;
CREATE RULE one AS ON UPDATE TO r DO ALSO INSERT INTO hist VALUES (old.id, old.v);
CREATE RULE two AS ON INSERT TO r DO INSTEAD NOTHING; CREATE TABLE q (id int PRIMARY KEY DEFERRABLE);
INSERT INTO q VALUES (1), (2);`,
    destroy: 'DELETE FROM r WHERE id < 3; ALTER TABLE r DROP COLUMN w; DELETE FROM q; SELECT 1',
    back: 'ALTER TABLE r ADD COLUMN w text',
    between: 'INSERT INTO q VALUES (2)',
  },
};

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    for (const [name, one] of Object.entries(CASES)) test(name, async () => void (await roundTrip(major, one)));

    test('rows that have come since and have no value are said to be in the way', () =>
      withCli(major, { 'm/000_base.sql': `${T}\n-- IRREVERSIBLE: the base\n` }, async (at) => {
        at.write({
          'm/001_step.sql':
            '-- Step\nALTER TABLE t DROP c;\n-- ROLLBACK:\n-- ALTER TABLE t ADD c int NOT NULL UNIQUE;\n',
        });
        const run = await at.run(['migrate', '--yes']);
        assert.equal(run.exit, 0, run.output);
        await at.database.sql('INSERT INTO t (id) VALUES (99)');
        const back = await at.run(['rollback', '--yes', '--json']);
        assert.equal(back.exit, 1, back.output);
        const { failed } = back.json<{ failed: { line: number; file: string; message: string } }>();
        assert.match(JSON.stringify(failed), /contains null values/);
        assert.match(JSON.stringify(failed), /001_step\.sql/);
        assert.deepEqual(
          await at.database.sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'"),
          [['0']],
        );
      }));
  });
