/** Edges of many migrations at one object: as many as are told, and that a chain leads to all others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Access, Footprint } from '../../src/graph/access.ts';
import { MigrationGraph } from '../../src/graph/graph.ts';
import { type InferredEdge, inferEdges } from '../../src/graph/inferred.ts';
import { keyOfPart, type ObjectPath } from '../../src/graph/object.ts';
import { dependentsOf } from '../../src/plan/standing.ts';

const TABLE: ObjectPath = [
  { space: 'schema', name: 'public', word: 'schema' },
  { space: 'relation', name: 't', word: 'table' },
];
const COLUMNS: ObjectPath = [...TABLE, { space: 'columns', name: '', word: 'columns' }];
const columnOf = (name: string | number): ObjectPath => [
  ...COLUMNS,
  { space: 'columns', name: `c${name}`, word: 'column' },
];

type Does = Pick<Access, 'object' | 'manner'> & Partial<Access>;

function files(does: readonly (readonly Does[])[]): Footprint[] {
  return does.map((accesses, i) => ({
    version: String(i),
    file: `${i}.sql`,
    unknown: [],
    accesses: accesses.map((one, j) => ({ whole: false, weak: false, offset: 0, line: j + 1, ...one })),
  }));
}

const many = (count: number, make: (i: number) => Does[]) => Array.from({ length: count }, (_, i) => make(i));
const creates: Does[] = [{ object: TABLE, manner: 'creates' }];
const readsAll: Does = { object: COLUMNS, manner: 'reads', whole: true };
const addsColumn = (i: number): Does => ({ object: columnOf(i), manner: 'creates' });

/** So many edges for each file are few, whatever the number of files is. */
const FEW = 40;

describe('the edges grow with the files', () => {
  for (const count of [100, 800]) {
    test(`${count} files that add a column and read all`, () => {
      const edges = inferEdges(files([creates, ...many(count, (i) => [addsColumn(i), readsAll])]));
      assert.ok(edges.length <= FEW * count, `${edges.length} edges`);
    });
    test(`${count} files that add a column, behind as many that read all`, () => {
      const edges = inferEdges(
        files([creates, ...many(count, () => [readsAll]), ...many(count, (i) => [addsColumn(i)])]),
      );
      assert.ok(edges.length <= FEW * count, `${edges.length} edges`);
      assert.ok(edges.filter(({ weak }) => !weak).length <= 2 * count);
    });
  }
});

test('what needs a file that is far back is found through the chain, each with its own reason', () => {
  const footprints = files([creates, ...many(60, (i) => [addsColumn(i), readsAll])]);
  const graph = new MigrationGraph(
    footprints.map((footprint) => ({
      version: footprint.version,
      file: footprint.file,
      description: '',
      depends: [],
      footprint,
    })),
  );
  const found = dependentsOf(graph, '1');
  assert.deepEqual(
    found.map(({ version }) => version),
    Array.from({ length: 59 }, (_, i) => String(i + 2)),
  );
  assert.deepEqual(found[0], { version: '2', on: '1', reason: 'uses column c0 of t', place: '2.sql:2' });
  for (const { on, reason } of found) assert.equal(reason, `uses column c${Number(on) - 1} of t`);
});

test('the same is needed as by every pair, and what is put in order stays so', () => {
  const kinds: readonly ((i: number) => Does)[] = [
    addsColumn,
    (i) => ({ ...addsColumn(i), weak: true }),
    () => readsAll,
    () => ({ ...readsAll, weak: true }),
    (i) => ({ object: columnOf(i % 7), manner: 'changes' }),
    (i) => ({ object: columnOf(i % 7), manner: 'reads' }),
    () => ({ object: TABLE, manner: 'reads', whole: true }),
  ];
  // Each set has its own habits: so chains are long in some, and broken in others.
  const sets = fc
    .tuple(
      fc.array(fc.nat(kinds.length - 1), { minLength: 2, maxLength: 12, size: 'max' }),
      fc.infiniteStream(fc.nat(999)),
    )
    .map(([habits, numbers]) => {
      const next = () => numbers.next().value as number;
      const one = (i: number) => kinds[habits[next() % habits.length]!]!(i);
      return many(120, (i) => (next() < 3 ? creates : Array.from({ length: 1 + (next() % 3) }, () => one(i))));
    });
  fc.assert(
    fc.property(sets, (set) => {
      const footprints = files(set);
      const [found, all] = [inferEdges(footprints), everyEdge(footprints)];
      assert.deepEqual(reached(found, true), reached(all, true));
      const order = reached(found, false);
      for (const [from, to] of reached(all, false)) for (const one of to) assert.ok(order.get(from)?.has(one));
      assert.deepEqual(edgesFrom(inferEdges(footprints, '119'), '119'), edgesFrom(all, '119'));
    }),
    { numRuns: 200 },
  );
});

function edgesFrom(edges: readonly Edge[], version: string): string[] {
  return edges.flatMap(({ from, to, weak }) => (from === version ? [`${weak ? 'weak' : 'strong'} ${to}`] : [])).sort();
}

type Edge = Pick<InferredEdge, 'from' | 'to' | 'weak'>;

interface Done {
  readonly path: string;
  readonly access: Access;
  readonly version: string;
}

const isIn = (one: string, other: string) => one === other || one.startsWith(`${other}/`);
const writes = ({ access }: Pick<Done, 'access'>) => access.manner !== 'reads';

/** The same question asked the long way: every pair that a write or a read connects, without any being left out. */
function everyEdge(footprints: readonly Footprint[]): Edge[] {
  let open: Done[] = [];
  const edges = new Map<string, Edge>();
  for (const { version, accesses } of footprints)
    for (const access of accesses) {
      const own: Done = { path: access.object.map(keyOfPart).join('/'), access, version };
      for (const one of metBy(own, open)) if (one.version !== version) keep(edges, own, one);
      if (writes(own)) open = open.filter((one) => !isIn(one.path, own.path));
      open.push(own);
    }
  return [...edges.values()];
}

function metBy(own: Done, open: readonly Done[]): Done[] {
  const writers = open.filter(writes);
  const around = writers.filter(({ path }) => isIn(own.path, path)).sort((a, b) => b.path.length - a.path.length);
  const inside = (writes(own) ? open : writers).filter(({ path }) => isIn(path, own.path));
  const readers = open.filter((one) => !writes(one) && one.access.whole && isIn(own.path, one.path));
  return [...around.slice(0, 1), ...(writes(own) || own.access.whole ? inside : []), ...(writes(own) ? readers : [])];
}

function keep(edges: Map<string, Edge>, { version: from, access }: Done, earlier: Done): void {
  const key = `${from} ${earlier.version}`;
  const weak = access.weak || earlier.access.weak || !writes(earlier);
  edges.set(key, { from, to: earlier.version, weak: weak && (edges.get(key)?.weak ?? true) });
}

function reached(edges: readonly Edge[], strong: boolean): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { from, to, weak } of edges) {
    if (strong && weak) continue;
    const own = found.get(from) ?? new Set();
    found.set(from, own.add(to));
  }
  // Edges lead back: whoever is further back is complete.
  for (const own of [...found].sort(([a], [b]) => Number(a) - Number(b)).map(([, set]) => set))
    for (const one of [...own]) for (const further of found.get(one) ?? []) own.add(further);
  return found;
}
