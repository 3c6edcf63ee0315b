import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeName } from '../../src/expand/plan.ts';

const taken = { columns: ['status_new'], others: ['status_new2'] };

test('a name that is free, of 63 bytes at most', () => {
  assert.equal(freeName({ taken }, 'amount', '_new'), 'amount_new');
  assert.equal(freeName({ taken }, 'status', '_new'), 'status_new3');
  for (const stem of ['x'.repeat(63), 'ä'.repeat(31)]) {
    const name = freeName({ taken }, stem, '_new');
    assert.ok(Buffer.byteLength(name) <= 63, name);
    assert.ok(name.endsWith('_new'));
  }
});
