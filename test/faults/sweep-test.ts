/** The part of the sweep that every run of the tests tries, one test for each kind of fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from './kinds.ts';
import { sweep } from './sweep.ts';

/** Given to repeat a run of the tests. */
const seed = process.env.TASKFLOW_FAULT_SEED ?? String(Date.now() % 1_000_000);

export function sweepTest(names: readonly string[]): void {
  for (const kind of KINDS.filter(({ name }) => names.includes(name))) {
    test(`${kind.name}: a sample (seed ${seed})`, async () => {
      const { cases, failures } = await sweep({ seed, kinds: [kind], all: false });
      const said = failures.map(({ name, text, repeat }) => `${name}\n${text}\nagain: ${repeat}`);
      assert.equal(failures.length, 0, said.join('\n\n'));
      assert.ok(cases > 0);
    });
  }
}
