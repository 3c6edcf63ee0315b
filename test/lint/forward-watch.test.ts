/** What files use before it is made is found without reading what nobody can need: the same as by reading everything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FootprintReader } from '../../src/footprint/migration.ts';
import { type ForwardNeed, forwardNeeds } from '../../src/graph/forward.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { ForwardWatch } from '../../src/lint/forward-watch.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import { learnFile } from '../../src/lint/statement-subjects.ts';
import type { Migration } from '../../src/migration/migration.ts';
import { loadParser, loadPlpgsqlParser } from '../../src/parser/parser.ts';
import { innerStatements } from '../../src/syntax/inner.ts';
import type { SyntaxTree } from '../../src/syntax/tree.ts';
import { FORMS } from '../footprint/forms/all.ts';
import { FILES, ON_LABEL } from '../footprint/label-cases.ts';
import { migration } from './bed.ts';

const parse = await loadParser();
const parsePlpgsql = await loadPlpgsqlParser();
const inner = (tree: SyntaxTree, sql: string) => innerStatements(tree, sql, parsePlpgsql, parse);

function migrationsOf(files: readonly string[]): Migration[] {
  return files.map((sql, i) => migration(`${i + 1}_file`, `${sql.trim()}\n-- IRREVERSIBLE: test\n`));
}

function watched(migrations: readonly Migration[]) {
  const versions = new Set(migrations.map(({ version }) => version));
  const reading = {
    parse,
    usesOf: () => [],
    usesOfWords: () => [],
    options: DEFAULT_OPTIONS,
    unapplied: versions,
  };
  const learner = new SchemaLearner();
  const watch = new ForwardWatch({
    migrations,
    judged: versions,
    included: new Set(),
    learner: learner.fork(),
    reading,
    innerStatements: inner,
  });
  for (const one of migrations) learnFile({ ...reading, follow: watch.follow }, one, learner, inner);
  return { needs: watch.needs().map(line), isRead: watch.isRead };
}

function read(migrations: readonly Migration[]): string[] {
  const reader = new FootprintReader({ parse, inner }, new SchemaLearner());
  return forwardNeeds(migrations.map((one) => reader.read(one))).map(line);
}

function line({ version, maker, object, line: at }: ForwardNeed): string {
  return `${version}:${at} needs ${object.map(({ space, name }) => `${space} ${name}`).join(', ')} of ${maker}`;
}

/** All orders of three; of more, two others. */
function orders(files: readonly string[]): (readonly string[])[] {
  if (files.length < 2) return [files];
  if (files.length > 3) return [files, [...files].reverse(), [...files.slice(1), files[0]!]];
  return files.flatMap((first, i) => orders(files.filter((_, j) => j !== i)).map((rest) => [first, ...rest]));
}

const SETS = [
  ...Object.values(FORMS).flatMap((forms) => forms.map(({ what, files }) => [what, files] as const)),
  ...Object.entries(ON_LABEL).map(([what, sql]) => [what, [...FILES, sql]] as const),
];

test('in every order of the files of every form', () => {
  let needs = 0;
  for (const [what, files] of SETS)
    for (const order of orders(files)) {
      const migrations = migrationsOf(order);
      const expected = read(migrations);
      needs += expected.length;
      assert.deepEqual(watched(migrations).needs, expected, `${what}\n${order.join('\n-----\n')}`);
    }
  assert.ok(needs > SETS.length, `${needs} needs`);
});

const ACCOUNTS = 'CREATE TABLE accounts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);';
const ORDERS =
  "CREATE TABLE orders (id serial PRIMARY KEY, status text CHECK (status <> 'none'), by bigint REFERENCES accounts);";

test('of files that stand in order nothing is read a second time', () => {
  const files = [
    ACCOUNTS,
    `${ORDERS}\nCREATE INDEX orders_status ON orders (status);`,
    'ALTER TABLE accounts ADD COLUMN mail text;\nCREATE VIEW open AS SELECT id FROM orders;',
    'CREATE INDEX ON accounts (mail);\nINSERT INTO accounts (name) VALUES (lower(1::text));',
  ];
  assert.deepEqual(watched(migrationsOf(files)), { needs: [], isRead: false });
});

test('a name in quotes, in capitals or behind an escape is the same name', () => {
  const users = [
    'CREATE VIEW v AS SELECT * FROM "Old Orders";',
    "SELECT nextval('ORDERS_id_seq');",
    'CREATE VIEW v AS SELECT * FROM U&"\\006Frders";',
    'DO $$ BEGIN PERFORM id FROM Orders; END $$;',
    'INSERT INTO ORDERS VALUES (1);',
  ];
  for (const sql of users) {
    const migrations = migrationsOf([sql, `${ORDERS}\nCREATE TABLE "Old Orders" (id int);`]);
    assert.deepEqual(watched(migrations).needs, read(migrations), sql);
    assert.notDeepEqual(read(migrations), [], sql);
  }
});

test('what a routine makes when it is called is made there', () => {
  const makes = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE TABLE late (id int)';";
  const migrations = migrationsOf([makes, 'CREATE VIEW v AS SELECT id FROM late;', 'SELECT f();']);
  assert.deepEqual(watched(migrations).needs, read(migrations));
  assert.equal(watched(migrations).isRead, true);
});
