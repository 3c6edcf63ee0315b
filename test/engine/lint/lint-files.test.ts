/** Which tables count as new to the files that are judged. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lint } from '../../../src/engine/lint/lint.ts';
import { SchemaLearner } from '../../../src/known/learner.ts';
import { DEFAULT_OPTIONS } from '../../../src/lint/options.ts';
import { RULE_NAMES, RULES } from '../../../src/lint/rules.ts';

const RULE = 'require-concurrent-index-creation';
const cwd = mkdtempSync(join(tmpdir(), 'taskflow-lint-files-'));
after(() => rmSync(cwd, { recursive: true }));
const write = (name: string, sql: string) => writeFileSync(join(cwd, name), `${sql}\n-- IRREVERSIBLE: a case\n`);
write('001_orders.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);');
write('002_by_customer.sql', 'CREATE INDEX orders_customer ON orders (customer_id);');
write('003_lines.sql', 'CREATE TABLE lines (id bigint PRIMARY KEY);\nCREATE INDEX lines_id ON lines (id);');

async function found(names: readonly string[], applied: readonly string[] | undefined): Promise<string[]> {
  const { findings } = await lint({
    settings: { directories: [cwd] },
    cwd,
    files: names.map((name) => join(cwd, name)),
    knowledge: { learner: new SchemaLearner(), applied: applied && new Set(applied) },
    rules: RULES.filter(({ id }) => id === RULE).map((rule) => ({ rule, severity: 'warning' })),
    names: RULE_NAMES,
    options: DEFAULT_OPTIONS,
    signal: new AbortController().signal,
  });
  return findings.map(({ version }) => version);
}

const BOTH = ['001_orders.sql', '002_by_customer.sql'];

test('where nobody knows what is applied, a table is new within its own file alone', async () => {
  assert.deepEqual(await found(BOTH, undefined), ['002_by_customer']);
  assert.deepEqual(await found(['003_lines.sql'], undefined), []);
});

test('a table of another file that is not applied is new', async () => {
  assert.deepEqual(await found(BOTH, []), []);
});

test('a table of an applied file is not new to the others, though that file is judged, too', async () => {
  assert.deepEqual(await found(BOTH, ['001_orders']), ['002_by_customer']);
});
