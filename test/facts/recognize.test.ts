/** What the samples of the table do not show: names, places, what is not known, statements with several parts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usesOfWords } from '../../src/facts/recognize/words.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { wholeEffect } from '../../src/facts/whole.ts';
import type { Known } from '../../src/known/known.ts';
import { KnownSchema } from '../../src/known/schema.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { isTree } from '../../src/syntax/tree.ts';
import { bedKnown } from './bed.ts';

const parse = await loadParser();
const BED_KNOWN = bedKnown(18);
const NOTHING = new KnownSchema();
const relation = (name: string) => ({ schema: 'public', name });

function uses(sql: string, known: Known = BED_KNOWN, major = 18) {
  const tree = parse(sql);
  assert.ok(isTree(tree), sql);
  return usesOf(tree, known, major);
}

const ids = (sql: string, known?: Known) => uses(sql, known).map(({ form }) => form.id);

test('each command of ALTER TABLE has its place, in characters', () => {
  const sql = `ALTER TABLE "tøbel" ADD COLUMN "søm" int, ADD CONSTRAINT k CHECK (a > 0), ALTER COLUMN b SET NOT NULL`;
  const found = uses(sql, NOTHING);
  assert.deepEqual(
    found.map(({ form, target, part, offset }) => [form.id, target, part, sql.slice(offset, offset + 5)]),
    [
      ['add-column', { name: 'tøbel' }, 'søm', '"søm"'],
      ['add-check', { name: 'tøbel' }, 'k', 'CONST'],
      ['set-not-null', { name: 'tøbel' }, 'b', '"tøbe'],
    ],
  );
});

test('a column with several constraints is several forms', () => {
  assert.deepEqual(ids('ALTER TABLE target ADD c int DEFAULT 1 CHECK (c > 0) UNIQUE REFERENCES referenced'), [
    'add-column-check',
    'add-column-unique',
    'add-column-default-references',
  ]);
  assert.deepEqual(ids('ALTER TABLE target ADD c serial CHECK (c > 0)'), ['add-column-serial', 'add-column-check']);
});

test('without knowledge the worse is taken, and said to be uncertain', () => {
  const change = uses('ALTER TABLE t ALTER COLUMN c TYPE text', NOTHING);
  assert.deepEqual([change[0]?.form.id, change[0]?.uncertain], ['alter-column-type-unknown', true]);
  assert.deepEqual(ids('ALTER TABLE t ALTER COLUMN c TYPE jsonb', NOTHING), ['alter-column-type-rewrite']);
  const filled = uses('ALTER TABLE t ADD c text DEFAULT shop.code()', NOTHING);
  assert.deepEqual([filled[0]?.form.id, filled[0]?.uncertain], ['add-column-volatile-default', true]);
  const sure = uses('ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()', NOTHING);
  assert.deepEqual([sure[0]?.form.id, sure[0]?.uncertain], ['add-column-volatile-default', undefined]);
  assert.deepEqual(ids('ALTER TABLE t VALIDATE CONSTRAINT c', NOTHING), ['validate-constraint']);
  assert.deepEqual(ids('ALTER TABLE t DROP CONSTRAINT c', NOTHING), ['drop-constraint']);
  assert.deepEqual(uses('DROP INDEX i', NOTHING)[0]?.others, [], 'nobody named the table of the index');
});

test('others are named where it is known who they are', () => {
  const [drop] = uses('ALTER TABLE target DROP CONSTRAINT target_referenced_fkey');
  assert.deepEqual(drop?.others, [
    { on: 'partitions', names: [] },
    { on: 'children', names: [] },
    { on: 'referenced table', names: [relation('referenced')] },
  ]);
  const [index] = uses('DROP INDEX public.target_name_idx');
  assert.deepEqual(index?.others, [{ on: 'table of the index', names: [relation('target')] }]);
  const [column] = uses('ALTER TABLE target DROP COLUMN name');
  assert.deepEqual(column?.others.find(({ on }) => on === 'indexes')?.names, [relation('target_name_idx')]);
  const [partition] = uses('DROP TABLE region_one');
  assert.deepEqual(partition?.others.slice(-2), [
    { on: 'parent', names: [relation('regions')] },
    { on: 'default partition', names: [relation('region_rest')] },
  ]);
});

test('ONLY leaves the partitions alone', () => {
  const [all] = uses('ALTER TABLE regions ADD c int');
  assert.deepEqual(all?.others[0], { on: 'partitions', names: [relation('region_one'), relation('region_rest')] });
  const [only] = uses('ALTER TABLE ONLY regions ALTER note SET DEFAULT 1');
  assert.deepEqual(only?.others[0], { on: 'partitions', names: [] });
  const [inherited] = uses('ALTER TABLE ancestor ALTER note SET DEFAULT 1');
  assert.deepEqual(inherited?.others[1], { on: 'children', names: [relation('heir')] });
  const [alone] = uses('ALTER TABLE ONLY ancestor ALTER note SET DEFAULT 1');
  assert.deepEqual(alone?.others[1], { on: 'children', names: [] });
});

test('USING computes every value unless it is the cast that the change makes anyway', () => {
  const change = (rest: string) => ids(`ALTER TABLE target ALTER name TYPE ${rest}`)[0];
  assert.equal(change('text USING name'), 'alter-column-type-kept');
  assert.equal(change('text USING name::text'), 'alter-column-type-kept');
  assert.equal(change('text USING (name)::varchar'), 'alter-column-type-rewrite');
  assert.equal(change('text USING note'), 'alter-column-type-rewrite');
  assert.equal(change('text USING lower(name)'), 'alter-column-type-rewrite');
});

test('SET NOT NULL is proven only by a valid CHECK of that column', () => {
  assert.deepEqual(ids('ALTER TABLE target ALTER loose SET NOT NULL'), ['set-not-null']);
  assert.deepEqual(ids('ALTER TABLE target ALTER proven SET NOT NULL'), ['set-not-null-proven']);
});

test('LOCK TABLE locks in the mode that it names', () => {
  const locks = (sql: string) =>
    wholeEffect(uses(sql), 18, BED_KNOWN).locks.map(({ relation: on, mode }) => [on?.name, mode]);
  assert.deepEqual(locks('LOCK TABLE plain IN SHARE MODE'), [['plain', 'ShareLock']]);
  assert.deepEqual(locks('LOCK TABLE plain, alone'), [
    ['plain', 'AccessExclusiveLock'],
    ['alone', 'AccessExclusiveLock'],
  ]);
});

test('rows that a WITH clause changes count, tables that it makes up do not', () => {
  assert.deepEqual(ids('WITH gone AS (DELETE FROM plain RETURNING *) INSERT INTO alone SELECT * FROM gone'), [
    'insert',
    'delete',
  ]);
  const [query] = uses('WITH w AS (SELECT * FROM plain) SELECT * FROM w JOIN alone USING (id)');
  assert.deepEqual(query?.others, [{ on: 'tables read', names: [{ name: 'alone' }, { name: 'plain' }] }]);
});

test('the whole of a statement has the strongest lock on each relation', () => {
  const found = wholeEffect(
    uses(
      'ALTER TABLE target VALIDATE CONSTRAINT target_loose_check, ADD COLUMN c serial, ADD FOREIGN KEY (amount) REFERENCES referenced',
    ),
    15,
    BED_KNOWN,
  );
  assert.deepEqual(
    found.locks.map(({ relation: on, role, mode }) => [on?.name, role, mode]),
    [
      ['target', 'target', 'AccessExclusiveLock'],
      ['target_pkey', 'indexes', 'AccessExclusiveLock'],
      ['target_name_idx', 'indexes', 'AccessExclusiveLock'],
      ['target_label_idx', 'indexes', 'AccessExclusiveLock'],
      ['target_marked_idx', 'indexes', 'AccessExclusiveLock'],
      ['target_solo_idx', 'indexes', 'AccessExclusiveLock'],
      ['referenced', 'referenced table', 'ShareRowExclusiveLock'],
    ],
  );
  assert.deepEqual([found.rewrite, found.scan, found.transactional], ['table', true, true]);
});

test('what differs between versions is told for the version', () => {
  const partitionLock = (major: number) =>
    wholeEffect(uses('ALTER TABLE halves DETACH PARTITION first_half', BED_KNOWN, major), major, BED_KNOWN).locks.find(
      ({ role }) => role === 'partition',
    )?.mode;
  assert.equal(partitionLock(13), 'ShareUpdateExclusiveLock');
  assert.equal(partitionLock(14), 'AccessExclusiveLock');
});

for (const [sql, form, target] of [
  ['ALTER TABLE shop.orders FLIP COLUMN a', 'alter-unknown', { schema: 'shop', name: 'orders' }],
  ['CREATE UNIQUE INDEX CONCURRENTLY i ON orders (a) NEWLY', 'create-index-concurrently', { name: 'orders' }],
  ['DROP INDEX i NEWLY', 'drop-index', { name: 'i' }],
  ['REPACK orders NEWLY', 'repack', undefined],
  ['VACUUM (FULL) orders NEWLY', 'vacuum-full', { name: 'orders' }],
] as const) {
  test(`in words: ${sql}`, () => {
    const words = sql
      .replaceAll(/[().;]/g, ' $& ')
      .trim()
      .split(/\s+/)
      .map((word) => word.toUpperCase());
    const [found] = usesOfWords({ sql, words });
    assert.deepEqual([found?.form.id, found?.target, found?.uncertain], [form, target, true]);
  });
}

test('statements that lock nothing of others are none', () => {
  for (const sql of ['SET work_mem = 1', 'CREATE TYPE t AS ENUM ()', 'CREATE SCHEMA s', 'BEGIN', 'DO $$BEGIN END$$']) {
    assert.deepEqual(ids(sql), [], sql);
  }
});
