/** The statements of a ROLLBACK section are told to the rules one after the other, as those of the body are. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { usesOfWords } from '../../src/facts/recognize/words.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import type { Rule } from '../../src/lint/rule.ts';
import { findAll } from '../../src/lint/run.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { finished, migration } from './bed.ts';

const parse = await loadParser();

const FILE = migration(
  '001_orders',
  `SET search_path = shop;
CREATE TABLE shop.orders (id bigint);
ALTER TABLE shop.orders ADD COLUMN note text;

-- ROLLBACK:
-- ALTER TABLE shop.orders DROP COLUMN note;
-- ALTER TABLE shop.orders RENAME TO old_orders;
-- DROP TABLE shop.old_orders;
`,
);

test('a rule sees of the ROLLBACK section what stands before its statement, and what that has undone', () => {
  const seen: unknown[] = [];
  const rule: Rule = {
    ...{ id: 'looks', topic: 'rollback', summary: 'looks', severity: 'note', weighed: false, alsoInRollback: true },
    statement({ section, index, before, known }) {
      if (section !== 'rollback') return [];
      const columns = [...(known.table({ schema: 'shop', name: 'orders' })?.columns.keys() ?? [])];
      seen.push([index, before.length, known.defaultSchema, columns]);
      return [];
    },
  };
  const learner = new SchemaLearner();
  finished(
    findAll({
      migrations: [FILE],
      judged: new Set([FILE.version]),
      learner,
      included: new Set(),
      rules: [{ rule, severity: 'note' }],
      names: new Map(),
      reading: { parse, usesOf, usesOfWords, options: DEFAULT_OPTIONS, unapplied: new Set() },
      innerStatements: () => ({ statements: [], unknown: [] }),
    }),
  );
  assert.deepEqual(seen, [
    [0, 0, 'public', ['id', 'note']],
    [1, 1, 'public', ['id']],
    [2, 2, 'public', []],
  ]);
  assert.ok(learner.known.table({ schema: 'shop', name: 'orders' }), 'the next file comes behind the body');
});
