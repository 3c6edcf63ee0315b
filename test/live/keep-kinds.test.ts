/** What is rare in a table and what is rare in a file: whatever it is of, it comes back as it was, or it is said that it does not. */
import { describe, test } from 'node:test';
import { type RoundTrip, roundTrip } from '../support/round-trip.ts';

const KINDS = `CREATE TYPE mood AS ENUM ('it''s', 'b"c'); CREATE DOMAIN birthday AS date CHECK (VALUE > '1800-01-01');
CREATE TYPE point3 AS (x float8, at date, b bytea, t text); CREATE DOMAIN moods AS mood[];
CREATE TYPE span AS RANGE (subtype = timestamptz);
CREATE TABLE "odd ""q
\u00e4 '$1 \\" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "col ""q
\u00e4 '$2 \\" text, e mood, m moods, d birthday, p point3, ps point3[], s span, f4 float4, f8 float8, n numeric, ts timestamp, tz timestamptz, i interval,
  b bytea, j json, jb jsonb, x xml, c char(5), arr int[][], net inet, u uuid, tsv tsvector, mo money, bits varbit, mr int4range, g int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO "odd ""q
\u00e4 '$1 \\" ("col ""q
\u00e4 '$2 \\", e, m, d, p, ps, s, f4, f8, n, ts, tz, i, b, j, jb, x, c, arr, net, u, tsv, mo, bits, mr)
SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'\\\\N\\t\\n''"' ELSE repeat('x', 20000) END, 'b"c', ARRAY['it''s', NULL]::mood[], '2026-02-03', ROW(0.1::float8 + 0.2, '2026-03-04', '\\x00ff', E'a,"b\\\\\\n')::point3,
  ARRAY[ROW('NaN', 'infinity', NULL, '')::point3, NULL], span('2026-01-02 03:04:05.678901+02', NULL), 'NaN', '-0', 'NaN', 'infinity', '-infinity', '-1 mon 2 days -03:04:05.6', '\\x5c00', '{"a": 1,  "a": 2}', '{"b": [1, null]}', '<a/>',
  'ab', '{{1,NULL},{3,4}}', '::1/64', '00000000-0000-0000-0000-000000000001', 'a:1A fat', 12.34, B'0101', '[1,5)' FROM generate_series(1, 8) AS i`;
const NAME = `"odd ""q
\u00e4 '$1 \\"`;
const ALL = 'e, m, d, p, ps, s, f4, f8, n, ts, tz, i, b, j, jb, x, c, arr, net, u, tsv, mo, bits, mr';
const MAKE = `ALTER TABLE ${NAME} ADD COLUMN e mood, ADD m moods, ADD d birthday, ADD p point3, ADD ps point3[], ADD s span, ADD f4 float4, ADD f8 float8, ADD n numeric, ADD ts timestamp, ADD tz timestamptz, ADD i interval,
ADD b bytea, ADD j json, ADD jb jsonb, ADD x xml, ADD c char(5), ADD arr int[][], ADD net inet, ADD u uuid, ADD tsv tsvector, ADD mo money, ADD bits varbit, ADD mr int4range, ADD "col ""q
\u00e4 '$2 \\" text`;
const DROP = `ALTER TABLE ${NAME} ${[
  ...ALL.split(', '),
  `"col ""q
\u00e4 '$2 \\"`,
]
  .map((name) => `DROP COLUMN ${name}`)
  .join(', ')}`;
/** A file that writes values in its own way. */
const OWN_WAY = `SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard'; SET timezone = 'Asia/Kolkata'; SET extra_float_digits = -5; SET bytea_output = 'escape'`;

const CASES: Readonly<Record<string, RoundTrip>> = {
  'values of every kind, dropped by a file that writes them in its own way': {
    base: KINDS,
    destroy: `${OWN_WAY}; ${DROP}`,
    back: MAKE,
  },
  'rows with values of every kind, deleted, and a condition that is read in the way of the file': {
    base: KINDS,
    destroy: `${OWN_WAY}; DELETE FROM ${NAME} WHERE d = '03/02/2026' AND id < 5; DELETE FROM ${NAME} WHERE d = '03/02/2026' AND id = 6; UPDATE ${NAME} SET p = NULL, d = '05/04/2026', s = NULL, ts = '05/04/2026', f8 = 0.1 + 0.2 WHERE d = '03/02/2026'`,
    back: `SET datestyle = 'German'; SET timezone = 'America/New_York'; SELECT 1`,
    says: /^(?!.*not put back)/s,
  },
  'a table whose key has a generated column': {
    base: `CREATE TABLE g (a int, b int, h int GENERATED ALWAYS AS (b % 2) STORED NOT NULL, v text, PRIMARY KEY (a, h)); INSERT INTO g (a, b, v) SELECT i / 2, i, 'v' || i FROM generate_series(2, 41) AS i`,
    destroy: 'ALTER TABLE g DROP COLUMN v',
    back: 'ALTER TABLE g ADD COLUMN v text',
  },
  'an identity that is dropped': {
    base: `CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a'), ('b')`,
    destroy: 'ALTER TABLE t ALTER id DROP IDENTITY',
    back: 'ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5)',
  },
  'what a function behind FROM does': {
    base: `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'); CREATE FUNCTION clean() RETURNS SETOF int LANGUAGE sql AS 'DELETE FROM t WHERE id = 1 RETURNING id'`,
    destroy: 'SELECT * FROM clean()',
    back: 'SELECT 1',
  },
  'constraints that exclude, and those that wait': {
    base: `CREATE TABLE r (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, during int4range, EXCLUDE USING gist (during WITH &&)); INSERT INTO r SELECT i, int4range(i * 10, i * 10 + 5) FROM generate_series(1, 9) AS i;
CREATE TABLE s (id int PRIMARY KEY, r int, next int, UNIQUE (next) DEFERRABLE INITIALLY DEFERRED); ALTER TABLE s ADD FOREIGN KEY (next) REFERENCES s DEFERRABLE INITIALLY DEFERRED; INSERT INTO s SELECT i, i, 1 + i % 9 FROM generate_series(1, 9) AS i`,
    destroy: `DELETE FROM r WHERE id < 5; UPDATE r SET during = int4range(id * 100, id * 100 + 5) WHERE id > 7; UPDATE s SET next = 1 + (next + 1) % 9; DELETE FROM s`,
    back: 'SELECT 1',
  },
  'tables with rules, an unlogged one, and one of a type': {
    base: `CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE log (v text); INSERT INTO a SELECT i, 'v' FROM generate_series(1, 5) AS i; CREATE RULE n AS ON INSERT TO a DO ALSO INSERT INTO log VALUES (new.v); CREATE RULE u AS ON UPDATE TO a DO ALSO INSERT INTO log VALUES ('u');
CREATE UNLOGGED TABLE un (id int, v text); INSERT INTO un SELECT i % 3, 'v' FROM generate_series(1, 9) AS i; CREATE TYPE ty AS (id int, v text); CREATE TABLE ofty OF ty (PRIMARY KEY (id)); INSERT INTO ofty VALUES (1, 'x'), (2, NULL)`,
    destroy: `DELETE FROM a WHERE id < 3; TRUNCATE un; DROP TABLE ofty`,
    back: 'CREATE TABLE ofty OF ty (PRIMARY KEY (id))',
  },
  'one partition of a table': {
    base: `CREATE TABLE p (id int, k text, v text, PRIMARY KEY (id, k)) PARTITION BY LIST (k); CREATE TABLE pa PARTITION OF p FOR VALUES IN ('a'); CREATE TABLE pb (v text, dropped int, k text NOT NULL, id int NOT NULL); ALTER TABLE pb DROP COLUMN dropped; ALTER TABLE p ATTACH PARTITION pb FOR VALUES IN ('b');
INSERT INTO p SELECT i, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END, 'v' || i FROM generate_series(1, 20) AS i`,
    destroy: `UPDATE p SET v = 'w' WHERE id < 5; DELETE FROM p WHERE id IN (6, 7); ALTER TABLE p DETACH PARTITION pa; DROP TABLE pa; ALTER TABLE p DROP COLUMN v`,
    back: `ALTER TABLE p ADD COLUMN v text; CREATE TABLE pa PARTITION OF p FOR VALUES IN ('a')`,
  },
  'a table of an extension': {
    base: `CREATE EXTENSION unaccent; CREATE TABLE ext (id int PRIMARY KEY, v text); INSERT INTO ext VALUES (1, 'a'); ALTER EXTENSION unaccent ADD TABLE ext`,
    destroy: 'DROP EXTENSION unaccent',
    back: 'CREATE EXTENSION unaccent; CREATE TABLE ext (id int PRIMARY KEY, v text); ALTER EXTENSION unaccent ADD TABLE ext',
  },
  'columns of a collation that goes, which is said': {
    base: `CREATE COLLATION mine FROM "C"; CREATE TABLE t (id int PRIMARY KEY, v text COLLATE mine); INSERT INTO t VALUES (1, 'a')`,
    destroy: 'DROP COLLATION mine CASCADE',
    back: `CREATE COLLATION mine FROM "C"; ALTER TABLE t ADD COLUMN v text COLLATE mine; UPDATE t SET v = 'a'`,
    warns: /what it removes is not kept, because columns or tables stood on what it drops with CASCADE/,
  },
  'parts of a value': {
    base: `CREATE TYPE pt AS (x int, y int); CREATE TABLE t (id int PRIMARY KEY, a int[], p pt, j jsonb); INSERT INTO t SELECT i, ARRAY[i, i], ROW(i, i)::pt, '{"a": 1}' FROM generate_series(1, 5) AS i`,
    destroy: `UPDATE t SET a[2] = 9, p.x = 7 WHERE id < 4; UPDATE t SET (j, a) = (SELECT '{"b": 2}'::jsonb, '{}'::int[])`,
    back: 'SELECT 1',
  },
};

for (const major of [14, 18] as const)
  describe(`PostgreSQL ${major}`, { concurrency: 2 }, () => {
    for (const [name, one] of Object.entries(CASES)) test(name, async () => void (await roundTrip(major, one)));
  });
