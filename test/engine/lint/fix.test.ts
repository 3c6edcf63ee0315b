/** The work of --fix grows with the files that it fixes, not with their square. Counted, not timed. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { activeRules } from '../../../src/engine/lint/active-rules.ts';
import { fix } from '../../../src/engine/lint/fix.ts';
import type { Known, Learner } from '../../../src/known/known.ts';
import { SchemaLearner } from '../../../src/known/learner.ts';
import type { KnownSchema } from '../../../src/known/schema.ts';
import { DEFAULT_OPTIONS } from '../../../src/lint/options.ts';
import { RULE_NAMES } from '../../../src/lint/rules.ts';
import { loadParser } from '../../../src/parser/parser.ts';
import { isTree } from '../../../src/syntax/tree.ts';

const parse = await loadParser();
const FEW = 4;
const TIMES = 4;
/** The square would be near 16. */
const MOST = 6;

class Counting implements Learner {
  readonly #inner: SchemaLearner;
  readonly #learned: () => void;

  constructor(inner: SchemaLearner, learned: () => void) {
    this.#inner = inner;
    this.#learned = learned;
  }

  get known(): Known {
    return this.#inner.known;
  }

  beginFile(): void {
    this.#inner.beginFile();
  }

  learn(...statement: Parameters<Learner['learn']>): void {
    this.#learned();
    this.#inner.learn(...statement);
  }

  fork(): Learner {
    return new Counting(this.#inner.fork(), this.#learned);
  }
}

/** Tables that are in use. */
function given(count: number): KnownSchema {
  const learner = new SchemaLearner();
  for (let n = 0; n < count; n++) {
    const tree = parse(`CREATE TABLE t${n} (id bigint PRIMARY KEY, price numeric)`);
    assert.ok(isTree(tree));
    learner.learn(tree, { version: '000_given', statement: n });
  }
  return learner.known;
}

/** How many statements are learned while so many files are fixed, each into two. */
async function learned(count: number): Promise<number> {
  const cwd = mkdtempSync(join(tmpdir(), 'taskflow-fix-'));
  try {
    for (let n = 0; n < count; n++) {
      const name = `${String(n + 1).padStart(3, '0')}_check.sql`;
      const constraint = `t${n}_price_ok`;
      writeFileSync(
        join(cwd, name),
        `ALTER TABLE t${n} ADD CONSTRAINT ${constraint} CHECK (price >= 0);

-- ROLLBACK:
-- ALTER TABLE t${n} DROP CONSTRAINT ${constraint};
`,
      );
    }
    let statements = 0;
    const known = given(count);
    const fixed = await fix({
      settings: { directories: [cwd] },
      cwd,
      files: [],
      knowledge: { newLearner: () => new Counting(new SchemaLearner(known), () => statements++), applied: new Set() },
      rules: activeRules({}, ['constraint-missing-not-valid']),
      names: RULE_NAMES,
      options: DEFAULT_OPTIONS,
      signal: new AbortController().signal,
    });
    assert.equal(fixed.changed.length, count);
    assert.equal(readdirSync(cwd).length, 2 * count, 'the constraint of each is validated in a file of its own');
    return statements;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

test('a file is learned once for all that are fixed behind it', async () => {
  const [few, many] = [await learned(FEW), await learned(FEW * TIMES)];
  assert.ok(few >= FEW, `${few} statements are learned of ${FEW} files`);
  assert.ok(many < few * MOST, `${few} statements are learned of ${FEW} files, ${many} of ${FEW * TIMES}`);
});
