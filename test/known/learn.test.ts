import assert from 'node:assert/strict';
import test from 'node:test';
import { isNew } from '../../src/known/known.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { learned, treesOf } from './bed.ts';

test('what was known before a statement stays as it was', () => {
  const before = learned('CREATE TABLE orders (id bigint PRIMARY KEY)');
  const kept = before.table({ name: 'orders' });
  const after = learned('ALTER TABLE orders ADD COLUMN note text; CREATE INDEX ON orders (note)', before);
  assert.deepEqual([...kept!.columns.keys()], ['id']);
  assert.equal(before.table({ name: 'orders' }), kept);
  assert.equal(before.index({ name: 'orders_note_idx' }), undefined);
  assert.deepEqual([...after.table({ name: 'orders' })!.columns.keys()], ['id', 'note']);
  assert.equal(after.index({ name: 'orders_note_idx' })?.table.name.name, 'orders');
});

test('a statement that changes nothing of a schema gives the same knowledge', () => {
  const known = learned('CREATE TABLE orders (id bigint)');
  assert.equal(learned('UPDATE orders SET id = 1; COMMENT ON TABLE orders IS NULL; SELECT 1', known), known);
});

test('which statement of which file made a thing is known; what was there is not new', () => {
  const first = learned('CREATE TABLE orders (id bigint PRIMARY KEY)', undefined, '001_first');
  const known = learned('SELECT 1; CREATE INDEX i ON orders (id)', first, '002_second');
  assert.deepEqual(known.table({ name: 'orders' })?.made, { version: '001_first', statement: 0 });
  assert.deepEqual(known.index({ name: 'i' })?.index.made, { version: '002_second', statement: 1 });
  assert.equal(isNew(known.table({ name: 'orders' })?.made, new Set(['002_second'])), false);
  assert.equal(isNew(known.index({ name: 'i' })?.index.made, new Set(['002_second'])), true);
});

test('of a table that no file has made, what is said of it is known, and that it is not all', () => {
  const known = learned(`ALTER TABLE old ADD COLUMN a int NOT NULL DEFAULT 1;
    ALTER TABLE old ADD CONSTRAINT positive CHECK (a > 0) NOT VALID; CREATE INDEX ON old (a)`);
  const table = known.table({ name: 'old' });
  assert.equal(table?.complete, false);
  assert.equal(table?.made, undefined);
  assert.equal(table?.columns.get('a')?.notNull, true);
  assert.equal(table?.constraints.get('positive')?.validated, false);
  assert.ok(known.index({ name: 'old_a_idx' }));
  assert.equal(known.table({ name: 'never_named' }), undefined);
});

test('names without a schema follow the search_path of the file, and the next file has its own', () => {
  const learner = new SchemaLearner();
  const say = (sql: string) => {
    for (const tree of treesOf(sql)) learner.learn(tree, { version: '001_a', statement: 0 });
  };
  learner.beginFile();
  say(`CREATE TABLE t (a int); SET search_path TO app, public; CREATE TABLE u (a int REFERENCES t)`);
  assert.equal(learner.known.defaultSchema, 'app');
  assert.deepEqual(learner.known.resolve({ name: 't' }), { schema: 'public', name: 't' });
  assert.deepEqual(learner.known.resolve({ name: 'u' }), { schema: 'app', name: 'u' });
  assert.deepEqual(learner.known.resolve({ name: 'new' }), { schema: 'app', name: 'new' });
  learner.beginFile();
  assert.equal(learner.known.defaultSchema, 'public');
  assert.equal(learner.known.table({ name: 'u' }), undefined);
  assert.ok(learner.known.table({ schema: 'app', name: 'u' }));
  say(`SELECT pg_catalog.set_config('search_path', '"App", public', false)`);
  assert.equal(learner.known.defaultSchema, 'App');
  say('RESET search_path');
  assert.equal(learner.known.defaultSchema, 'public');
});

test('a temporary table hides another one of its name', () => {
  const known = learned('CREATE TABLE t (a int); CREATE TEMP TABLE t (b int)');
  assert.deepEqual([...known.table({ name: 't' })!.columns.keys()], ['b']);
  assert.deepEqual([...known.table({ schema: 'public', name: 't' })!.columns.keys()], ['a']);
});

test('defaults are constant, stable, volatile, or of a function that nobody knows', () => {
  const known = learned(`CREATE FUNCTION tenant() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION ticket() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x' || 'y', c timestamptz DEFAULT now(), d date DEFAULT CURRENT_DATE,
      e float DEFAULT random(), f uuid DEFAULT gen_random_uuid(), g int DEFAULT tenant(), h int DEFAULT ticket(),
      i int DEFAULT somebodys(), j serial, k int)`);
  const defaults = [...known.table({ name: 't' })!.columns.values()].map(({ name, default: value }) => [name, value]);
  assert.deepEqual(Object.fromEntries(defaults), {
    a: 'constant',
    b: 'constant',
    c: 'stable',
    d: 'stable',
    e: 'volatile',
    f: 'volatile',
    g: 'stable',
    h: 'volatile',
    i: 'unknown',
    j: 'volatile',
    k: undefined,
  });
});

test('who points at a table and who reads it is known, also by its new name', () => {
  const known = learned(`CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (c int REFERENCES customers);
    CREATE VIEW regulars AS WITH many AS (SELECT c FROM orders) SELECT * FROM customers JOIN many ON c = id;
    ALTER TABLE customers RENAME TO clients; ALTER TABLE clients RENAME id TO number`);
  const name = { schema: 'public', name: 'clients' };
  assert.deepEqual(
    known.referencing(name).map(({ table, constraint }) => [table.name.name, constraint]),
    [['orders', 'orders_c_fkey']],
  );
  assert.deepEqual(known.table({ name: 'orders' })?.constraints.get('orders_c_fkey')?.references, {
    table: name,
    columns: ['number'],
  });
  assert.deepEqual(known.dependents(name), [{ schema: 'public', name: 'regulars' }]);
  assert.deepEqual(known.dependents({ schema: 'public', name: 'orders' }), [{ schema: 'public', name: 'regulars' }]);
  assert.deepEqual(learned('DROP VIEW regulars', known).dependents(name), []);
});

test('functions are told apart by their arguments', () => {
  const known = learned(`CREATE FUNCTION f(a int, OUT b int) LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE FUNCTION f(a text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';
    ALTER FUNCTION f(text) SET search_path = pg_catalog`);
  const brief = (schema = known) =>
    schema
      .functions({ name: 'f' })
      .map((one) => [
        one.arguments.map((type) => type?.name).join(),
        one.volatility,
        one.language,
        one.securityDefiner,
        one.settings.join(),
      ]);
  assert.deepEqual(brief(), [
    ['int4', 'immutable', 'sql', false, ''],
    ['text', 'volatile', 'plpgsql', true, 'search_path'],
  ]);
  assert.deepEqual(brief(learned('DROP FUNCTION f(int)', known)).length, 1);
  assert.deepEqual(brief(learned('DROP FUNCTION f', known)).length, 0);
});

test('a NOT NULL constraint that is not valid does not make the column so before it is validated', () => {
  const known = learned('CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID');
  const isNotNull = (schema = known) => schema.table({ name: 't' })?.columns.get('a')?.notNull;
  assert.equal(isNotNull(), false);
  assert.equal(isNotNull(learned('ALTER TABLE t VALIDATE CONSTRAINT n', known)), true);
  const dropped = learned('CREATE TABLE t (a int NOT NULL); ALTER TABLE t DROP CONSTRAINT t_a_not_null');
  assert.equal(isNotNull(dropped), false);
});

test('what no server would take does no harm', () => {
  const known =
    learned(`CREATE TABLE a (x int) PARTITION BY RANGE (x); CREATE TABLE b PARTITION OF a DEFAULT PARTITION BY RANGE (x);
    ALTER TABLE b ATTACH PARTITION a DEFAULT; CREATE TABLE c PARTITION OF c DEFAULT; CREATE TABLE d (x int); CREATE TABLE e () INHERITS (d);
    ALTER TABLE d INHERIT e; ALTER TABLE d INHERIT d; CREATE VIEW v AS SELECT 1 AS x; CREATE OR REPLACE VIEW v AS SELECT * FROM v;
    CREATE DOMAIN o AS o; ALTER DOMAIN o SET NOT NULL; ALTER TABLE a RENAME x TO y; ALTER TABLE d ADD CHECK (x > 0), ADD COLUMN z int;
    ALTER TABLE a DROP COLUMN y; ALTER TABLE a DROP COLUMN y; CREATE TABLE self (a int REFERENCES self); DROP TABLE self, self;
    ALTER TABLE t ADD PRIMARY KEY USING INDEX missing; ALTER INDEX missing RENAME TO other; DROP DOMAIN o, o; DROP VIEW v;
    ALTER TABLE d DROP CONSTRAINT missing, VALIDATE CONSTRAINT missing; ALTER TABLE d DETACH PARTITION missing; DROP SCHEMA missing CASCADE`);
  assert.deepEqual([...known.table({ name: 'e' })!.columns.keys()], ['x', 'z']);
  assert.equal(known.table({ name: 'self' }), undefined);
  assert.equal(known.userType({ name: 'o' }), undefined);
});

test('labels of an enum know which statement made them', () => {
  const before = learned("CREATE TYPE mood AS ENUM ('sad')", undefined, '001_a');
  const known = learned("ALTER TYPE mood ADD VALUE 'ok'; ALTER TYPE other ADD VALUE 'new'", before, '002_b');
  assert.deepEqual(
    [...known.enum({ name: 'mood' })!.labels],
    [
      ['sad', { version: '001_a', statement: 0 }],
      ['ok', { version: '002_b', statement: 0 }],
    ],
  );
  assert.deepEqual([...known.enum({ name: 'other' })!.labels.keys()], ['new']);
});

test('a view has the columns that there were, however they are named', () => {
  const known = learned(`CREATE TABLE t (a int, k int); CREATE TABLE u (k int); CREATE VIEW whole AS SELECT * FROM t;
    CREATE VIEW joined AS SELECT a FROM t JOIN u USING (k); ALTER TABLE t ADD d int`);
  const views = (sql: string) => ['whole', 'joined'].filter((name) => learned(sql, known).table({ name }));
  assert.deepEqual(views('ALTER TABLE t DROP COLUMN d'), ['whole', 'joined']);
  assert.deepEqual(views('ALTER TABLE t DROP COLUMN k CASCADE'), []);
  assert.deepEqual(views('ALTER TABLE u DROP COLUMN k CASCADE'), ['whole']);
});
