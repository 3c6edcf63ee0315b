/** Where the steps for a change would lose something, lint offers none, or says what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/lint/finding.ts';
import { lintCase } from './bed.ts';

const GROUND = `
CREATE TABLE plots (a integer, b integer, numbered integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2),
  area integer DEFAULT 1 NOT NULL, age integer DEFAULT EXTRACT(year FROM now()), town integer UNIQUE, PRIMARY KEY (a, b));
CREATE TABLE houses (town integer CONSTRAINT houses_town_fkey REFERENCES plots (town)) PARTITION BY HASH (town);
CREATE TABLE years (year integer, sum integer GENERATED ALWAYS AS (year + 1) STORED) PARTITION BY RANGE (year);`;

function found(rule: string, sql: string): Finding {
  const finding = lintCase({ given: GROUND, sql }).find((one) => one.rule === rule);
  assert.ok(finding, `${rule}: ${sql}`);
  return finding;
}

for (const [table, column, tie] of [
  ['plots', 'numbered', 'its identity'],
  ['plots', 'age', 'its default'],
  ['plots', 'town', 'the foreign key houses_town_fkey of houses'],
  ['years', 'sum', 'its expression'],
  ['years', 'year', 'the partition key'],
] as const) {
  test(`no SQL for the type of a column with ${tie}`, () => {
    const { fix, why } = found('changing-column-type', `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE bigint;`);
    assert.equal(fix, null);
    assert.ok(why?.includes(tie), why ?? '');
  });
}

test('a rename says what the old column takes with it', () => {
  const { fix } = found('renaming-column', 'ALTER TABLE plots RENAME COLUMN area TO size;');
  const comment = fix?.steps.at(-1)?.comment?.join('\n') ?? '';
  assert.match(comment, /give the new column what goes with the old one: NOT NULL and its default/);
});

test('no loop goes by the first column of a key of several', () => {
  assert.equal(found('update-unbatched', 'UPDATE plots SET area = 2 WHERE b > 7;').fix, null);
  const fill = found('renaming-column', 'ALTER TABLE plots RENAME COLUMN area TO size;').fix?.steps[1]?.sql[0] ?? '';
  assert.match(fill, /ctid = ANY/);
});

test('a partition is proven automatically only where no default partition would refuse rows', () => {
  const ground = `CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE events_may (at date NOT NULL);`;
  const attach = "ALTER TABLE events ATTACH PARTITION events_may FOR VALUES FROM ('2026-05-01') TO ('2026-06-01');";
  const other = 'CREATE TABLE events_other PARTITION OF events DEFAULT;';
  const [alone, beside] = ['', other].map((more) =>
    lintCase({ given: `${ground}${more}`, sql: attach }).find(({ rule }) => rule === 'attaching-partition-unproven'),
  );
  assert.equal(alone?.fix?.automatic, true);
  assert.equal(beside?.fix?.automatic, false);
  assert.match(JSON.stringify(beside?.fix?.steps), /a new row within its bounds is refused/);
});

test('the twin of a column has its collation', () => {
  const given = 'CREATE TABLE words (id integer PRIMARY KEY, word text COLLATE "C");';
  const sql = 'ALTER TABLE words RENAME COLUMN word TO term;';
  const fix = lintCase({ given, sql }).find(({ rule }) => rule === 'renaming-column')?.fix;
  assert.equal(fix?.steps[0]?.sql[0], 'ALTER TABLE words ADD COLUMN term text COLLATE "C"');
});
