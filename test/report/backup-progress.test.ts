import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressText } from '../../src/report/progress-text.ts';

test('a full backup tells bytes, rate and a range for what is left', () => {
  const text = createProgressText();
  const far = {
    kind: 'backup_progress',
    writtenBytes: 5_242_880,
    bytesPerSecond: 1_048_576,
    tablesDone: 3,
    tables: 9,
  } as const;
  assert.equal(text({ ...far, remainingMs: undefined }), '  full backup: 3 of 9 tables, 5 MB, 1 MB/s');
  assert.equal(
    text({ ...far, remainingMs: [4000, 65_000] }),
    '  full backup: 3 of 9 tables, 5 MB, 1 MB/s; 4.0 s to 1 min 5 s left',
  );
});
