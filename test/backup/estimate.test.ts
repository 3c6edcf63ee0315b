import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateBytes, remaining } from '../../src/backup/estimate.ts';
import { folderOfDatabase } from '../../src/backup/folder-name.ts';

test('what is left is a range: from the tables that are done, and from those that are begun', () => {
  const far = { elapsedMs: 10_000, allBytes: 100, doneBytes: 25, begunBytes: 50 };
  assert.deepEqual(remaining(far), [10_000, 30_000]);
  assert.deepEqual(remaining({ ...far, doneBytes: 100, begunBytes: 100 }), [0, 0]);
  assert.equal(remaining({ ...far, doneBytes: 0 }), undefined);
});

test('compressed or not, the size lies within a range', () => {
  assert.deepEqual(estimateBytes(1000, { algorithm: 'none' }), [500, 2000]);
  const [least, most] = estimateBytes(1000, { algorithm: 'gzip' });
  assert.ok(least < 100 && most > 1000);
  assert.deepEqual(estimateBytes(0, { algorithm: 'zstd' }), [0, 0]);
});

test('each database has a folder of its own, whatever it is called', () => {
  assert.equal(folderOfDatabase('taskflow_db-2'), 'taskflow_db-2');
  assert.equal(folderOfDatabase('..'), '%2e%2e');
  assert.equal(folderOfDatabase('a/b%2f'), 'a%2fb%252f');
  assert.equal(folderOfDatabase('ä'), '%c3%a4');
});
