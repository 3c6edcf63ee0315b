/** Which migrations stand on which by the rows of tables that belong together: by foreign keys, as partitions, under views. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf } from './edges-of.ts';
import { INHERITED, ROWS } from './row-cases.ts';

describe('rows', () => {
  for (const [what, files, edges] of ROWS)
    test(what, async () => {
      const last = (await edgesOf(...files)).filter(
        (one) => new RegExp(`^\\(?${files.length} `).test(one) && !/< 1\)?$/.test(one),
      );
      assert.deepEqual(last, edges);
    });
});

describe('what comes from a table above', () => {
  for (const [what, files, edges] of INHERITED)
    test(what, async () => {
      const last = (await edgesOf(...files)).filter((one) => one.startsWith('3 ') && one.endsWith('< 2'));
      assert.deepEqual(last, edges);
    });
});
