/** Files that are judged together are compared: in which order do they lock the same tables? */
import assert from 'node:assert/strict';
import test from 'node:test';
import { usesOfWords } from '../../src/facts/recognize/words.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import { RULE_NAMES, RULES } from '../../src/lint/rules.ts';
import { findAll } from '../../src/lint/run.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { finished, migration } from './bed.ts';

const parse = await loadParser();
const GIVEN = `CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE customers (id bigint PRIMARY KEY, note text);
-- IRREVERSIBLE: given`;

/** What is found in files that come one after the other. */
function found(...files: readonly string[]): string[] {
  const judged = files.map((sql, i) => migration(`00${i + 2}_case`, `${sql}\n-- IRREVERSIBLE: a case\n`));
  const rules = RULES.filter(({ id }) => id === 'lock-order').map((rule) => ({ rule, severity: 'warning' as const }));
  const versions = new Set(judged.map(({ version }) => version));
  const { findings } = finished(
    findAll({
      migrations: [migration('001_given', GIVEN), ...judged],
      judged: versions,
      learner: new SchemaLearner(),
      included: new Set(),
      rules,
      names: RULE_NAMES,
      reading: { parse, usesOf, usesOfWords, options: DEFAULT_OPTIONS, unapplied: versions },
      innerStatements: () => ({ statements: [], unknown: [] }),
    }),
  );
  return findings.map(({ file, line, message, why }) => `${file}:${line}: ${message}. ${why}`);
}

const index = (table: string) => `CREATE INDEX ${table}_note ON ${table} (note);`;
const column = (table: string) => `ALTER TABLE ${table} ADD COLUMN more text;`;
const ORDERS_FIRST = `${index('orders')}\n${index('customers')}`;
const CUSTOMERS_FIRST = `${index('customers')}\n${index('orders')}`;

test('two files that lock the same tables in different orders', () => {
  assert.deepEqual(found(ORDERS_FIRST, ORDERS_FIRST), []);
  const [only, ...none] = found(ORDERS_FIRST, CUSTOMERS_FIRST);
  assert.deepEqual(none, []);
  assert.match(
    only ?? '',
    /^003_case\.sql:2: this transaction locks customers and orders in this order, and 002_case\.sql, line 2, the other way round\. /,
  );
});

test('each run compares its own files', () => {
  assert.deepEqual(found(ORDERS_FIRST), []);
  assert.deepEqual(found(CUSTOMERS_FIRST), []);
});

test('what is found in a file by itself says where the other order stands', () => {
  const both = found(`${column('orders')}\n${column('customers')}`, `${column('customers')}\n${column('orders')}`);
  assert.equal(both.length, 2);
  assert.match(
    both[0] ?? '',
    /^002_case\.sql:2: orders stays blocked .*A session that uses the two the other way round/,
  );
  assert.match(
    both[1] ?? '',
    /^003_case\.sql:2: .*002_case\.sql, line 2, locks customers and orders the other way round/,
  );
});

test("new tables, and statements that stand outside a transaction, are in nobody's way", () => {
  const made = 'CREATE TABLE made (id bigint PRIMARY KEY, note text);';
  assert.deepEqual(found(`${made}\n${index('made')}\n${index('orders')}`, `${index('orders')}\n${index('made')}`), []);
  const apart = `${index('customers')}\n${index('orders').replace('INDEX', 'INDEX CONCURRENTLY')}`;
  assert.deepEqual(found(ORDERS_FIRST, apart), []);
});
