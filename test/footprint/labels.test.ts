/** Which migrations stand on one that adds a label to an enum: by constants that are compared with something of that enum. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf, footprints } from './edges-of.ts';
import { FILES, NOT_ON_LABEL, ON_LABEL } from './label-cases.ts';

describe('a label', () => {
  for (const [what, sql] of Object.entries(ON_LABEL))
    test(what, async () => {
      const edges = await edgesOf(...FILES, sql);
      assert.ok(edges.includes('3 uses label new of mood < 2'), edges.join('\n'));
    });
  for (const [what, sql] of Object.entries(NOT_ON_LABEL))
    test(`none: ${what}`, async () => {
      const edges = await edgesOf(...FILES, sql);
      assert.deepEqual(
        edges.filter((one) => /^\(?3 .*< 2/.test(one)),
        [],
      );
    });
});

test('a label that is there is no need of a later file that adds it if it is missing', async () => {
  const [, second] = await footprints([FILES[0]!, "INSERT INTO t (id, m) VALUES (1, 'sad'), (2, 'gone');"]);
  const there = second?.accesses.flatMap(({ object, there: is = false }) =>
    object[2]?.space === 'labels' ? [is] : [],
  );
  assert.deepEqual(there, [true, false]);
});
