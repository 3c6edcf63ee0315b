/** What a migration destroys comes back by its rollback: equal rows and equal catalog, whatever was destroyed, and how. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, withCli, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { server, templateDatabase } from '../support/servers.ts';

const BASE = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "odd"');
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feels mood,
  born date, data jsonb, tags mood[], touched timestamptz NOT NULL DEFAULT '2026-01-01', twice text GENERATED ALWAYS AS (name || name) STORED);
CREATE TABLE orders (id serial, part int, person bigint REFERENCES people ON DELETE CASCADE, price numeric(12,4), note varchar(40),
  PRIMARY KEY (id, part));
CREATE TABLE notes (about text, body text, at timestamptz);
CREATE TABLE "Odd ""name" ("Key " int PRIMARY KEY, "a.b" text, person bigint REFERENCES people ON DELETE SET NULL);
CREATE TABLE parts (id int, region text, amount float8, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu');
CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us');
CREATE TABLE narrow (id bigint PRIMARY KEY, v text);
INSERT INTO narrow SELECT i, 'v' || i % 3 FROM generate_series(1, 20) AS i;
CREATE TABLE circle (id int PRIMARY KEY, parent int REFERENCES circle ON DELETE CASCADE, v text);
INSERT INTO circle VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c');
UPDATE circle SET parent = 3 WHERE id = 1;
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
INSERT INTO tree SELECT i, nullif(i / 2, 0) FROM generate_series(1, 40) AS i;
CREATE TABLE chain (id int PRIMARY KEY, o int REFERENCES chain ON DELETE SET NULL);
INSERT INTO chain VALUES (1, NULL), (2, 1), (3, 2), (4, 3);
CREATE TABLE guarded (id int PRIMARY KEY, stays bool);
INSERT INTO guarded SELECT i, i % 2 = 0 FROM generate_series(1, 10) AS i;
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN OLD.stays THEN NULL ELSE OLD END; END $$;
CREATE TRIGGER guard BEFORE DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO people (name, feels, born, data, tags) SELECT 'n' || i, (ARRAY['sad', 'ok', 'it''s "odd"']::mood[])[1 + i % 3],
  '2000-01-01'::date + i, jsonb_build_object('i', i, 's', 'ä"\\'), ARRAY['ok', 'sad']::mood[] FROM generate_series(1, 200) AS i;
ALTER TABLE people DISABLE TRIGGER touch;
UPDATE people SET touched = '2026-02-03 04:05:06.789+00' WHERE id % 2 = 0;
ALTER TABLE people ENABLE TRIGGER touch;
INSERT INTO orders (part, person, price, note) SELECT i % 3, 1 + i % 200, i / 7.0, 'order ' || i FROM generate_series(1, 400) AS i;
INSERT INTO notes SELECT 'a' || i % 5, CASE WHEN i % 4 = 0 THEN NULL ELSE 'b' || i % 3 END, '2026-01-01'::timestamptz + i % 2 * interval '1 h' FROM generate_series(1, 100) AS i;
INSERT INTO "Odd ""name" SELECT i, 'x' || i, i FROM generate_series(1, 50) AS i;
INSERT INTO parts SELECT i, (ARRAY['eu', 'us'])[1 + i % 2], i / 3.0 FROM generate_series(1, 100) AS i;
-- ROLLBACK:
-- SELECT 1;
`;

/** By name: what is destroyed, and the way back as people write it. */
const CASES: Readonly<Record<string, readonly [string, string]>> = {
  'a column': ['ALTER TABLE people DROP COLUMN born', 'ALTER TABLE people ADD COLUMN born date'],
  'columns of types that go along': [
    'DROP TYPE mood CASCADE',
    `CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "odd"'); ALTER TABLE people ADD COLUMN feels mood, ADD COLUMN tags mood[]`,
  ],
  'a column of a table without a key': ['ALTER TABLE notes DROP COLUMN body', 'ALTER TABLE notes ADD COLUMN body text'],
  'a column of a partitioned table': [
    'ALTER TABLE parts DROP COLUMN amount',
    'ALTER TABLE parts ADD COLUMN amount float8',
  ],
  'odd names': ['ALTER TABLE "Odd ""name" DROP COLUMN "a.b"', 'ALTER TABLE "Odd ""name" ADD COLUMN "a.b" text'],
  'a table with a sequence': [
    'DROP TABLE orders',
    `CREATE TABLE orders (id serial, part int, person bigint REFERENCES people ON DELETE CASCADE, price numeric(12,4), note varchar(40), PRIMARY KEY (id, part))`,
  ],
  'a partitioned table': [
    'DROP TABLE parts',
    `CREATE TABLE parts (id int, region text, amount float8, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu'); CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us')`,
  ],
  'a table without a key': ['DROP TABLE notes', 'CREATE TABLE notes (about text, body text, at timestamptz)'],
  truncate: ['TRUNCATE notes, "Odd ""name"', 'SELECT 1'],
  'truncate with what refers to it': ['TRUNCATE people RESTART IDENTITY CASCADE', 'SELECT 1'],
  'deleted rows, with what foreign keys take along': ['DELETE FROM people WHERE id <= 30', 'SELECT 1'],
  'deleted rows by a join, an alias and WITH': [
    `WITH w AS (SELECT 3 AS n) DELETE FROM ONLY orders AS o USING people p, w WHERE o.person = p.id AND p.id IS DISTINCT FROM 7 AND o.part = w.n - 1`,
    'SELECT 1',
  ],
  'deleted rows of a table without a key': [`DELETE FROM notes WHERE body IS NULL`, 'SELECT 1'],
  'updated rows': [
    `UPDATE people SET name = upper(name), born = NULL WHERE extract(year FROM born) = 2000`,
    'SELECT 1',
  ],
  'updated rows by a join that meets them twice': [
    `UPDATE people SET name = o.note FROM orders o WHERE o.person = people.id AND o.part = 1`,
    'SELECT 1',
  ],
  'updated rows of a partitioned table, moved': [`UPDATE parts SET amount = amount + 1 WHERE id < 50`, 'SELECT 1'],
  'a key that becomes narrower': [
    'ALTER TABLE narrow ALTER id TYPE int USING -id',
    'ALTER TABLE narrow ALTER id TYPE bigint',
  ],
  'a key column': ['ALTER TABLE narrow DROP COLUMN id', 'ALTER TABLE narrow ADD COLUMN id bigint'],
  'rows that refer to each other in a circle': ['DELETE FROM circle WHERE id = 2', 'SELECT 1'],
  'a tree': ['DELETE FROM tree WHERE id = 1', 'SELECT 1'],
  'rows that refer to each other, set to NULL': ['DELETE FROM chain WHERE id IN (2, 3)', 'SELECT 1'],
  'an enum with fewer labels': [
    `ALTER TYPE mood RENAME TO old_mood; CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE people DROP COLUMN tags, ALTER feels TYPE mood USING (CASE WHEN feels::text IN ('sad', 'ok') THEN feels::text ELSE 'ok' END)::mood; DROP TYPE old_mood`,
    `ALTER TYPE mood RENAME TO new_mood; CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "odd"'); ALTER TABLE people ALTER feels TYPE mood USING feels::text::mood; DROP TYPE new_mood; ALTER TABLE people ADD COLUMN tags mood[]`,
  ],
  'some rows stay by a trigger': ['DELETE FROM guarded', 'SELECT 1'],
  'a type that holds less': [
    'ALTER TABLE orders ALTER COLUMN price TYPE int USING price::int, ALTER note TYPE varchar(7) USING left(note, 7)',
    'ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,4), ALTER note TYPE varchar(40)',
  ],
  'several in one file': [
    `UPDATE orders SET note = NULL WHERE part = 2; DELETE FROM orders WHERE part = 1; ALTER TABLE orders DROP COLUMN price; DROP TABLE "Odd ""name"`,
    `CREATE TABLE "Odd ""name" ("Key " int PRIMARY KEY, "a.b" text, person bigint REFERENCES people ON DELETE SET NULL); ALTER TABLE orders ADD COLUMN price numeric(12,4)`,
  ],
};

/** All rows of all tables of the people, and where the sequences stand. */
async function dataOf({ database }: DatabaseWorkplace): Promise<string> {
  const relations = await database.sql(`SELECT c.oid::regclass::text, c.relkind FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S') AND c.relname !~ '^schema_(migration|data_)' ORDER BY 1`);
  const queries = relations.flatMap(([name, kind]) => [
    `SELECT $$${name}:$$`,
    kind === 'S'
      ? `SELECT last_value || ' ' || is_called FROM ${name}`
      : `SELECT to_jsonb(t)::text FROM ONLY ${name} AS t ORDER BY 1`,
  ]);
  return (await database.sql(queries.join(';'))).map(([row]) => row ?? '').join('\n');
}

/** On others a short selection. */
const SHORT = ['a column of a table without a key', 'a table with a sequence', 'several in one file'];

for (const major of onServers(import.meta.url, 14, 18, 12))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    for (const [name, [destroy, back]] of Object.entries(CASES).filter(
      ([name]) => major !== 12 || SHORT.includes(name),
    ))
      test(name, () =>
        withBase(major, async (at) => {
          const before = await dataOf(at);
          at.write({ 'm/002_destroy.sql': `${destroy};\n-- ROLLBACK:\n${back.replace(/^/gm, '-- ')};\n` });
          const destroyed = await at.run(['migrate']);
          assert.equal(destroyed.exit, 0, destroyed.output);
          assert.match(destroyed.said, /kept \d+ (?:rows?|values?) of/);
          assert.notEqual(await dataOf(at), before);
          const rolledBack = await at.run(['rollback', '--yes']);
          assert.equal(rolledBack.exit, 0, rolledBack.output);
          assert.match(rolledBack.said, /put back \d+/);
          assert.doesNotMatch(rolledBack.said, /not put back/);
          assert.equal(await dataOf(at), before, rolledBack.output);
          const diff = await at.run(['diff', 'before.json']);
          assert.doesNotMatch(diff.output, /taskflow_backup/);
          const [stores] = await at.database.sql(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'taskflow_backup'::regnamespace",
          );
          // A way back that converts a type keeps what it converts, too.
          if (!back.includes('USING')) assert.equal(stores?.[0], '0', 'what is all back is not kept twice');
        }),
      );
  });

const bases = new Map<number, Promise<readonly [template: string, saved: string]>>();

/** Runs a test body where the base is applied and `before.json` is the catalog as it is then. */
async function withBase(major: number, body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  const base = bases.get(major) ?? makeBase(major);
  bases.set(major, base);
  const [template, saved] = await base;
  await withCli(major, { 'm/001_base.sql': BASE, 'before.json': saved }, body, {}, template);
}

async function makeBase(major: number): Promise<readonly [string, string]> {
  let saved = '';
  const template = await templateDatabase(await server(major), `keep ${BASE}`, (database) =>
    withWorkplace({ 'm/001_base.sql': BASE }, { DATABASE_URL: database.url }, async (at) => {
      for (const args of [['migrate'], ['diff', '--save', 'before.json']]) {
        const { exit, output } = await at.run(args);
        assert.equal(exit, 0, output);
      }
      saved = readFileSync(join(at.folder, 'before.json'), 'utf8');
    }),
  );
  return [template, saved];
}
