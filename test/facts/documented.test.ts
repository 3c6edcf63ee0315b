import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectOn, FORMS } from '../../src/facts/form.ts';

test('these rows are documented only; every other one is measured', () => {
  assert.deepEqual(
    FORMS.filter(({ samples }) => samples.length === 0).map(({ id }) => id),
    [
      'alter-unknown',
      'alter-column-type-unknown',
      'validate-constraint',
      'detach-partition-finalize',
      'repack',
      'repack-concurrently',
    ],
  );
});

test('what was otherwise on older servers is in the order of versions, and differs', () => {
  for (const { id, effect, until = [], since = 12 } of FORMS) {
    const majors = until.map(({ major }) => major);
    assert.deepEqual(
      majors,
      [...majors].sort((a, b) => a - b),
      id,
    );
    for (const { major } of until) {
      assert.ok(major >= since, `${id}: not there on ${major}`);
      assert.notDeepEqual(effectOn({ effect, until } as (typeof FORMS)[number], major), effect, id);
    }
  }
});
