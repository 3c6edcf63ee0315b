/** Which files stand on which, for forms of SQL that name what they need in a place of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf } from './edges-of.ts';
import { FORMS } from './forms/all.ts';

for (const [title, forms] of Object.entries(FORMS))
  describe(title, () => {
    for (const { what, files, edges } of forms)
      test(what, async () => assert.deepEqual((await edgesOf(...files)).sort(), [...edges].sort()));
  });
