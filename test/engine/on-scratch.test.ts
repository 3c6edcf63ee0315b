/** What is advised where something fails on a scratch database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onScratch } from '../../src/engine/scratch/replay.ts';
import type { Scratch } from '../../src/engine/scratch/scratch.ts';
import { Problem } from '../../src/problem/problem.ts';

const SCRATCH = { place: { description: 'there' }, server: { version: '18.4' } } as unknown as Scratch;

/** The messages are those of 14 and 18. */
const CASES: readonly (readonly [sqlstate: string, message: string, advice: RegExp | undefined])[] = [
  ['0A000', 'extension "postgis" is not available', /Requires: extension NAME/],
  [
    '58P01',
    'could not open extension control file "/x/extension/postgis.control": No such file',
    /Requires: extension/,
  ],
  ['58P01', 'could not access file "$libdir/postgis-3": No such file or directory', /Requires: extension/],
  ['42704', 'role "reader" does not exist', /Make the role on the scratch server/],
  ['0A000', 'cannot alter type of a column used by a view or rule', undefined],
  ['58P01', 'could not open file "/x/rows.csv" for reading: No such file or directory', undefined],
  ['42704', 'type "role" does not exist', undefined],
];

test('advice that is about the scratch server comes behind the other, and only where it fits', () => {
  for (const [sqlstate, message, advice] of CASES) {
    const problem = new Problem('statement-failed', 'it failed', {
      server: { sqlstate, message },
      next: ['First this.'],
    });
    const [first, ...more] = onScratch(problem, SCRATCH).fields.next ?? [];
    assert.equal(first, 'First this.', message);
    assert.equal(more.length, advice ? 1 : 0, message);
    if (advice) assert.match(more[0]!, advice);
  }
});
