/** What a drawing leaves out, and that it loses nothing by it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GraphDocument } from '../../../src/report/graph/document.ts';
import { listOf, pictureOf } from '../../../src/report/graph/drawing.ts';
import { forestOf } from '../../../src/report/graph/forest.ts';
import type { Drawing, Item } from '../../../src/report/graph/item.ts';
import { anyDocument, closure, document, node } from './sample.ts';

const LOOK = { weak: false, all: false };
const ALL = { weak: true, all: true };

/** `002-004 run`, `005` */
const shown = ({ items }: Drawing) =>
  items.map(({ kind, nodes }) => {
    const names = nodes.map(({ version }) => version);
    return kind === 'single' ? names[0]! : `${names.join(' ')} ${kind}`;
  });

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));
const chain = (count: number) => numbers(count - 1).map((version) => `${Number(version) + 1} ${version}`);

test('the inside of a run is one item, its ends are not; two between them stay as they are', () => {
  const run = document(numbers(6), chain(6));
  assert.deepEqual(shown(listOf(run, LOOK)), ['1', '2 3 4 5 run', '6']);
  assert.deepEqual(shown(listOf(run, { ...LOOK, all: true })), numbers(6));
  assert.deepEqual(shown(listOf(document(numbers(4), chain(4)), LOOK)), numbers(4));
});

test('a run ends where a branch begins, where the state changes, and beside what was asked for', () => {
  const branch = document(numbers(8), [...chain(7), '8 4']);
  assert.deepEqual(shown(listOf(branch, LOOK)), numbers(8));
  const state = (version: string) => (Number(version) < 6 ? 'applied' : 'pending');
  const states = document(
    numbers(11).map((version) => node(version, { state: state(version) })),
    chain(11),
  );
  assert.deepEqual(shown(listOf(states, LOOK)), ['1', '2 3 4 5 run', '6 7 8 9 10 run', '11']);
  const named = document(numbers(8), chain(8), { part: 'from', versions: ['8'] });
  assert.deepEqual(shown(listOf(named, LOOK)), ['1', '2 3 4 5 6 run', '7', '8']);
});

test('many migrations become few boxes: what is alike, then what hangs on one, never of two states', () => {
  const versions = Array.from({ length: 300 }, (_, i) => `${i + 1}`);
  const edges = versions.slice(1).map((version, i) => `${version} ${Math.floor(i / 3) + 1}`);
  const nodes = versions.map((version) => node(version, { state: Number(version) === 200 ? 'failed' : 'applied' }));
  const { items } = pictureOf(document(nodes, edges), LOOK);
  assert.ok(items.length <= 200, `${items.length}`);
  const failed = items.find((item) => item.nodes.some(({ version }) => version === '200'));
  assert.equal(failed?.nodes.length, 1);
  assert.equal(items.flatMap((item) => item.nodes).length, 300);
  assert.equal(pictureOf(document(nodes, edges), { ...LOOK, all: true }).items.length, 300);
});

/** Every edge of the document is drawn, lies within an item, or follows from what is drawn. */
function losesNothing({ nodes, edges }: GraphDocument, drawing: Drawing, weak: boolean): void {
  assert.deepEqual(
    drawing.items.flatMap((item) => item.nodes.map(({ version }) => version)).sort(),
    nodes.map(({ version }) => version).sort(),
  );
  const itemOf = new Map(drawing.items.flatMap((item) => item.nodes.map(({ version }) => [version, item] as const)));
  const ids = new Map<Item, string>(drawing.items.map((item, i) => [item, String(i)]));
  const ways = closure(
    [...ids.values()],
    drawing.edges.map(({ from, to }) => [ids.get(from)!, ids.get(to)!] as const),
  );
  for (const edge of edges) {
    if (edge.weak && !weak) continue;
    const [from, to] = [itemOf.get(edge.from)!, itemOf.get(edge.to)!];
    assert.ok(from === to || ways.get(ids.get(from)!)!.has(ids.get(to)!), `${edge.from} -> ${edge.to} is lost`);
  }
}

test('property: every edge is drawn or follows from what is drawn, as a list and as a picture, folded or not', () => {
  fc.assert(
    fc.property(anyDocument(60), fc.boolean(), fc.boolean(), (graph, weak, all) => {
      for (const make of [listOf, pictureOf]) losesNothing(graph, make(graph, { weak, all }), weak);
    }),
    { numRuns: 150 },
  );
  fc.assert(
    fc.property(anyDocument(320), (graph) => losesNothing(graph, pictureOf(graph, LOOK), false)),
    { numRuns: 15 },
  );
});

test('property: trees show every item once, and every drawn edge as a branch or beside its item', () => {
  fc.assert(
    fc.property(anyDocument(50), fc.constantFrom('dependents' as const, 'needs' as const), (graph, direction) => {
      const drawing = listOf(graph, ALL);
      const seen: Item[] = [];
      const edges = new Set<unknown>();
      const open = forestOf(drawing, direction);
      for (const { item, by, also, branches } of open) {
        seen.push(item);
        for (const edge of by ? [by, ...also] : also) edges.add(edge);
        open.push(...branches);
      }
      assert.equal(seen.length, drawing.items.length);
      assert.equal(new Set(seen).size, drawing.items.length);
      assert.deepEqual([...edges].length, drawing.edges.length);
    }),
    { numRuns: 150 },
  );
});

test('a circle, which a header can make of what is applied already, loses nobody', () => {
  const circle = document(['1', '2', '3'], ['1 = 2', '2 1', '3 2']);
  const forest = forestOf(listOf(circle, ALL), 'dependents');
  assert.deepEqual(
    forest.map(({ item, branches }) => [item.nodes[0]!.version, branches.length]),
    [['1', 1]],
  );
});
