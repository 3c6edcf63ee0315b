/** Many migrations at one table: what stands on one of them, and what a late one shares, is told of all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';

const MANY = 24;
const version = (i: number) => `${String(i).padStart(3, '0')}_c${i}`;

const FILES = Object.fromEntries([
  ['m/001_t.sql', 'CREATE TABLE t (id int);\n-- ROLLBACK:\n-- DROP TABLE t;\n'],
  ...Array.from({ length: MANY }, (_, i) => [
    `m/${version(i + 3)}.sql`,
    `ALTER TABLE t ADD COLUMN c${i + 3} int;\nSELECT * FROM t;\n-- ROLLBACK:\n-- ALTER TABLE t DROP COLUMN c${i + 3};\n`,
  ]),
]);

test('rollback --version, graph --impact and the refusal of a late file name all, near and far', () =>
  withCli(18, FILES, async (at) => {
    assert.equal((await at.run(['migrate', '--quiet'])).exit, 0);
    const refused = await at.run(['rollback', '--version', '3', '--yes']);
    assert.equal(refused.exit, 1);
    for (let i = 4; i < MANY + 3; i++)
      assert.match(refused.said, new RegExp(`${version(i)} .*?uses column c\\d+ of t \\(m/${version(i)}\\.sql:2\\)`));
    const { nodes } = (await at.run(['graph', '--impact', '3', '--json'])).json<{ nodes: unknown[] }>();
    assert.equal(nodes.length, MANY);
    at.write({ 'm/002_late.sql': 'ALTER TABLE t ADD COLUMN late int;\n-- IRREVERSIBLE: a test\n' });
    const late = await at.run(['migrate']);
    assert.equal(late.exit, 1);
    assert.match(late.said, new RegExp(`it shares with what ran before it: ${version(3)} uses column late of t`));
    assert.match(late.said, new RegExp(`and ${MANY - 5} more`));
  }));
