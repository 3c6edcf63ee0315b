import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Leaf, pageShares } from '../../src/backup/page-shares.ts';

const CASES: Readonly<Record<string, readonly Leaf[]>> = {
  'one table': [{ name: 'a', pages: 42_017 }],
  'a table of one page more than a share': [{ name: 'a', pages: 1025 }],
  'no page at all': [{ name: 'a', pages: 0 }],
  'many partitions, some of them empty': [0, 700, 0, 9000, 1, 0, 30_000, 5, 0].map((pages, i) => ({
    name: `p${i}`,
    pages,
  })),
};

describe('the shares of a table', () => {
  for (const [name, leaves] of Object.entries(CASES))
    test(`${name}: every page is in one part, and what is added behind them, too`, () => {
      const shares = pageShares(leaves, 2);
      const parts = shares.flatMap((share) => share.parts);
      for (const { name: leaf, pages } of leaves) {
        const own = parts.filter((part) => part.leaf === leaf);
        assert.deepEqual(
          own.map(({ first }) => first),
          [0, ...own.slice(0, -1).map(({ end }) => end)],
        );
        assert.equal(own.at(-1)?.end, null);
        assert(own.every(({ first }) => first < pages || (pages === 0 && first === 0)));
      }
      const all = (some: readonly { readonly pages: number }[]) => some.reduce((sum, { pages }) => sum + pages, 0);
      assert.equal(all(shares), all(leaves));
      assert(shares.every((share) => share.parts.length > 0));
    });

  test('none is larger than 64 MB, and those at the end are small', () => {
    const sizes = pageShares([{ name: 'a', pages: 100_000 }], 2).map(({ pages }) => pages);
    assert.equal(Math.max(...sizes), 8192);
    assert(sizes.slice(-2).every((pages) => pages <= 1024));
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    );
  });
});
