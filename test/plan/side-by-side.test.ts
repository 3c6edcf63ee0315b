/** Which builds of indexes may go on at the same time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countSideBySide, type PlacedBuilds } from '../../src/plan/side-by-side.ts';

function builds(
  version: string,
  oids: readonly (string | undefined)[],
  more: Partial<PlacedBuilds> = {},
): PlacedBuilds {
  return { version, oids, tables: [], indexes: [`${version}_i`], depends: [], ...more };
}

const CASES: readonly (readonly [what: string, candidates: readonly PlacedBuilds[], count: number])[] = [
  ['tables of their own', [builds('1', ['10']), builds('2', ['20']), builds('3', ['30', '31'])], 3],
  ['several indexes on the table of one', [builds('1', ['10', '10']), builds('2', ['20'])], 2],
  ['up to one that shares a table', [builds('1', ['10']), builds('2', ['20', '10']), builds('3', ['30'])], 1],
  ['up to one that shares the name of an index', [builds('1', ['10']), builds('2', ['20'], { indexes: ['1_i'] })], 1],
  ['up to one that needs another', [builds('1', ['10']), builds('2', ['20'], { depends: ['1'] })], 1],
  ['one that needs something else', [builds('1', ['10']), builds('2', ['20'], { depends: ['0'] })], 2],
  ['up to a table that is not there', [builds('1', ['10']), builds('2', [undefined]), builds('3', ['30'])], 1],
];

for (const [what, candidates, count] of CASES) test(what, () => assert.equal(countSideBySide(candidates), count));
