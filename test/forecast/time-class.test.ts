/** Orders of magnitude by the size of a table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formOf } from '../../src/facts/form.ts';
import { longest, timeClass, workOf } from '../../src/forecast/time-class.ts';

test('the class grows with the table, faster for what is written anew', () => {
  const classes = (work: 'none' | 'read' | 'write') =>
    [1e6, 1e9, 1e11, 1e13].map((bytes) => timeClass(work, { rows: undefined, bytes }));
  assert.deepEqual(classes('none'), ['an instant', 'an instant', 'an instant', 'an instant']);
  assert.deepEqual(classes('read'), ['an instant', 'seconds', 'minutes', 'hours']);
  assert.deepEqual(classes('write'), ['an instant', 'minutes', 'hours', 'hours']);
  assert.equal(timeClass('read', undefined), 'unknown');
});

test('nobody knows is worse than hours', () => {
  assert.equal(longest(['an instant', 'unknown', 'hours']), 'unknown');
  assert.equal(longest([]), 'an instant');
});

const WORK = [
  ['truncate', 'none'],
  ['add-column', 'none'],
  ['set-not-null', 'read'],
  ['validate-foreign-key', 'read'],
  ['create-index', 'write'],
  ['create-index-concurrently', 'write'],
  ['add-unique', 'write'],
  ['alter-column-type-rewrite', 'write'],
  ['update', 'write'],
] as const;

for (const [id, work] of WORK) {
  test(`${id}: ${work}`, () => assert.equal(workOf({ form: formOf(id) }, 18), work));
}
