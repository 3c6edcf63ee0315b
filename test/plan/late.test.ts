/** Which file comes too late: the one answer that migrate and renumber give. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLate, orderedBy } from '../../src/plan/late.ts';
import { reconcile } from '../../src/plan/reconcile.ts';
import { adoptedEntry, entryOf as entry, fileOf as file } from './make.ts';

test('what was applied by the tool, where a baseline ends and squashes say what is late; the rest of a baseline does not', () => {
  const files = ['001_a', '002_b', '003_c', '004_d'].map((version) => file(version));
  const entries = [adoptedEntry('001_a'), adoptedEntry('002_b'), entry('003_c', {})];
  const placed = (until?: string) => orderedBy(reconcile(files, entries), until).map(({ version }) => version);
  assert.deepEqual(placed(), ['003_c']);
  assert.deepEqual(placed('002_b'), ['002_b', '003_c']);
});

test('new, lower, of another number, and without a word of what it needs', () => {
  const last = { version: '005_e', number: 5n };
  const one = { version: '004_d', number: 4n, depends: [], isNew: true };
  assert.equal(isLate(one, last), true);
  assert.equal(isLate({ ...one, isNew: false }, last), false);
  assert.equal(isLate({ ...one, depends: ['001_a'] }, last), false);
  assert.equal(isLate({ ...one, version: '005_a', number: 5n }, last), false);
  assert.equal(isLate({ ...one, version: '006_f', number: 6n }, last), false);
});
