/** What the steps that lint shows do to rows, on the way there and back. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { FixStep } from '../../src/lint/finding.ts';
import type { Session } from '../../src/postgres/session.ts';
import { lintCase } from '../lint/bed.ts';
import { withDatabase } from '../support/servers.ts';
import { openSession } from './catalog-bed.ts';

interface Bed {
  readonly session: Session;
  readonly steps: readonly FixStep[];
  run(statements: readonly string[]): Promise<void>;
  /** In one transaction, as a migration is. */
  together(statements: readonly string[]): Promise<void>;
  rows(sql: string): Promise<readonly unknown[]>;
}

async function withFix(given: string, sql: string, use: (bed: Bed) => Promise<void>): Promise<void> {
  const steps =
    lintCase({ given, sql, options: { serverMajor: 17 } }).find(({ fix }) => fix !== null && fix.steps.length > 1)?.fix
      ?.steps ?? [];
  await withDatabase(17, async (database) => {
    const session = await openSession(database);
    const run = async (statements: readonly string[]) => {
      for (const statement of statements) await session.query(statement);
    };
    const together = async (statements: readonly string[]) => {
      await session.query('BEGIN');
      try {
        await run([...statements, 'COMMIT']);
      } catch (error) {
        await session.query('ROLLBACK');
        throw error;
      }
    };
    const rows = (query: string) => session.query(query);
    try {
      await run(given.split(';').filter((one) => one.trim() !== ''));
      await use({ session, steps, run, together, rows });
    } finally {
      await session.end();
    }
  });
}

const LEDGER = `CREATE TABLE ledger (entry integer, amount text, extra json);
INSERT INTO ledger VALUES (1, '10', '{"a": 1}'), (2, '', NULL), (3, NULL, '[]')`;

for (const [column, type] of [
  ['amount', 'text'],
  ['extra', 'json'],
] as const) {
  test(`a renamed ${type} column keeps its values when its twin is filled and taken back`, () =>
    withFix(LEDGER, `ALTER TABLE ledger RENAME COLUMN ${column} TO other;`, async ({ steps, run, rows }) => {
      const values = `SELECT entry, ${column}::text FROM ledger ORDER BY entry`;
      const before = await rows(values);
      const [add, fill] = steps;
      await run([...add!.sql, ...fill!.sql]);
      assert.deepEqual(
        await rows('SELECT entry, other::text FROM ledger WHERE other IS NOT NULL ORDER BY entry LIMIT 1'),
        [{ entry: '1', other: column === 'amount' ? '10' : '{"a": 1}' }],
      );
      await run([`UPDATE ledger SET other = other WHERE entry = 1`, ...fill!.rollback, ...add!.rollback]);
      assert.deepEqual(await rows(values), before);
    }));
}

const TO_INTEGER = `ALTER TABLE ledger ALTER COLUMN amount TYPE integer USING nullif(amount, '')::integer;`;

test('a change of type ends where the new value is NULL, and its way back keeps what was written since', () =>
  withFix(LEDGER, TO_INTEGER, async ({ steps, run, together, rows }) => {
    const [add, fill, exchange] = steps;
    await run([...add!.sql, ...fill!.sql, ...fill!.sql]);
    await together(exchange!.sql);
    await run(['INSERT INTO ledger (entry, amount) VALUES (4, 40)', 'UPDATE ledger SET amount = 11 WHERE entry = 1']);
    await together(exchange!.rollback);
    await run([...fill!.rollback, ...add!.rollback]);
    assert.deepEqual(await rows('SELECT entry, amount FROM ledger ORDER BY entry'), [
      { entry: '1', amount: '11' },
      { entry: '2', amount: '' },
      { entry: '3', amount: null },
      { entry: '4', amount: '40' },
    ]);
  }));

const VISITS = 'CREATE TABLE visits (page integer, seen integer); INSERT INTO visits VALUES (1, 5)';

for (const [using, written, error] of [
  ['', 3_000_000_000, /out of range/],
  [' USING seen::bigint * 1000', 7, /do not fit the old column/],
] as const) {
  test(`the way back of an exchange fails where a value does not fit${using}`, () =>
    withFix(
      VISITS,
      `ALTER TABLE visits ALTER COLUMN seen TYPE bigint${using};`,
      async ({ steps, run, together, rows }) => {
        const [add, fill, exchange] = steps;
        await run([...add!.sql, ...fill!.sql]);
        await together(exchange!.sql);
        await run([`INSERT INTO visits (page, seen) VALUES (2, ${written})`]);
        await assert.rejects(together(exchange!.rollback), error);
        assert.deepEqual(await rows('SELECT seen::text FROM visits WHERE page = 2'), [{ seen: `${written}` }]);
      },
    ));
}

const CARTS = `CREATE TABLE carts (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text DEFAULT 'none' NOT NULL);
CREATE TABLE items (cart integer REFERENCES carts ON DELETE CASCADE, line integer);
INSERT INTO carts (code) VALUES ('a'), ('b'); INSERT INTO items VALUES (1, 1), (2, 1)`;

test('a key that becomes bigint goes on numbering, what points at it holds, and all of it goes back', () =>
  withFix(CARTS, 'ALTER TABLE carts ALTER COLUMN id TYPE bigint;', async ({ steps, run, together, rows }) => {
    const exchange = steps.findIndex(({ name }) => name === 'exchange_carts_id');
    for (const step of steps.slice(0, exchange)) await run(step.sql);
    await run(["INSERT INTO carts (code) VALUES ('c')"]);
    await together(steps[exchange]!.sql);
    await run(["INSERT INTO carts (code) VALUES ('d')", 'INSERT INTO items SELECT max(id), 2 FROM carts']);
    await assert.rejects(run(['INSERT INTO items VALUES (99, 1)']), /items_cart_fkey/);
    await assert.rejects(run(['INSERT INTO carts (id) OVERRIDING SYSTEM VALUE VALUES (1)']), /carts_pkey/);
    await run(['DELETE FROM carts WHERE id = 1']);
    const before = await rows('SELECT id::text, code FROM carts ORDER BY id');
    await together(steps[exchange]!.rollback);
    await run(["INSERT INTO carts (code) VALUES ('e')"]);
    for (const step of steps.slice(0, exchange).reverse()) await run(step.rollback);
    const after = await rows('SELECT id::text, code FROM carts ORDER BY id');
    assert.deepEqual(after.slice(0, -1), before);
    assert.equal(new Set(after.map((one) => (one as { id: string }).id)).size, 4);
    assert.deepEqual(await rows('SELECT cart::text, line::text FROM items ORDER BY cart'), [
      { cart: '2', line: '1' },
      { cart: before.map((one) => (one as { id: string }).id).at(-1), line: '2' },
    ]);
    await assert.rejects(run(['INSERT INTO items VALUES (99, 1)']), /items_cart_fkey/);
  }));
