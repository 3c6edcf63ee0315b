import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { impliedEdges, type OrderEdge } from '../../src/graph/implied.ts';
import { closure } from '../report/graph/sample.ts';

const strong = (from: string, to: string): OrderEdge => ({ from, to, weak: false });
const weak = (from: string, to: string): OrderEdge => ({ from, to, weak: true });

test('an edge along which a longer way leads is implied; one that is the only way is not', () => {
  const edges = [strong('c', 'a'), strong('c', 'b'), strong('b', 'a')];
  assert.deepEqual([...impliedEdges(['a', 'b', 'c'], edges)], [edges[0]]);
});

test('what only orders two migrations makes no strong edge superfluous, but may be superfluous itself', () => {
  const edges = [strong('c', 'a'), weak('c', 'b'), strong('b', 'a'), weak('d', 'a'), strong('d', 'c')];
  assert.deepEqual([...impliedEdges(['a', 'b', 'c', 'd'], edges)], [edges[3]]);
});

test('an edge against the order is never implied, and implies nothing', () => {
  const edges = [strong('a', 'b'), strong('b', 'a'), strong('c', 'a')];
  assert.deepEqual([...impliedEdges(['a', 'b', 'c'], edges)], []);
});

test('without the implied edges everything is reached as before, and without one more it is not', () => {
  const versions = Array.from({ length: 40 }, (_, i) => String(i));
  const pairs = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 120 });
  fc.assert(
    fc.property(pairs, (found) => {
      const distinct = new Map(found.filter(([a, b]) => a !== b).map(([a, b]) => [`${a} ${b}`, [a, b] as const]));
      const edges = [...distinct.values()].map(([a, b]) => strong(String(Math.max(a, b)), String(Math.min(a, b))));
      const unique = [...new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge])).values()];
      const implied = impliedEdges(versions, unique);
      const left = unique.filter((edge) => !implied.has(edge));
      const ways = (some: readonly OrderEdge[]) =>
        closure(
          versions,
          some.map(({ from, to }) => [from, to] as const),
        );
      assert.deepEqual(ways(left), ways(unique));
      for (const edge of left)
        assert.ok(
          !ways(left.filter((one) => one !== edge))
            .get(edge.from)!
            .has(edge.to),
        );
    }),
    { numRuns: 60 },
  );
});
