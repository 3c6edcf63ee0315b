/** Dependencies first, then number, then name; whatever stands against an order is said in one go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareByNumber, type OrderNode, orderMigrations } from '../../src/graph/order.ts';

function node(version: string, depends: readonly string[] = []): OrderNode {
  const [digits = '0', ...name] = version.split('_');
  return { version, number: BigInt(digits), name: name.join('_'), file: `m/${version}.sql`, depends };
}

function versions(nodes: readonly OrderNode[], settled: readonly string[] = []): string[] {
  const { ordered, problems } = orderMigrations(nodes, new Set(settled));
  assert.deepEqual(problems, []);
  return ordered.map((one) => one.version);
}

function messages(nodes: readonly OrderNode[], settled: readonly string[] = []): string[] {
  return orderMigrations(nodes, new Set(settled)).problems.map((one) => one.message);
}

test('without dependencies: by number, not by its digits, then by name', () => {
  const nodes = ['10_a', '9_b', '009_a', '20261122120000_z', '2_z', '10_B'].map((one) => node(one));
  assert.deepEqual(versions(nodes), ['2_z', '009_a', '9_b', '10_B', '10_a', '20261122120000_z']);
});

test('a dependency with a higher number comes before, all else keeps its place', () => {
  const nodes = [node('1_a'), node('2_b', ['4_d']), node('3_c'), node('4_d')];
  assert.deepEqual(versions(nodes), ['1_a', '4_d', '2_b', '3_c']);
});

test('what is applied already counts as a dependency that is met', () => {
  assert.deepEqual(versions([node('2_b', ['1_a'])], ['1_a']), ['2_b']);
  assert.deepEqual(messages([node('2_b', ['1_a'])]), ['2_b depends on 1_a, which is not applied and has no file']);
});

test('every missing version is named, each with the file that asks for it', () => {
  const { problems } = orderMigrations([node('1_a', ['0_x', '0_y']), node('2_b', ['0_x', '1_a'])], new Set());
  assert.deepEqual(
    problems.map((one) => [one.code, one.fields.version, one.fields.where?.file]),
    [
      ['order', '1_a', 'm/1_a.sql'],
      ['order', '1_a', 'm/1_a.sql'],
      ['order', '2_b', 'm/2_b.sql'],
    ],
  );
});

test('every circle is named with its members, beside what is missing', () => {
  const circles = [
    node('1_a', ['2_b']),
    node('2_b', ['3_c']),
    node('3_c', ['1_a', '9_gone']),
    node('4_d', ['5_e']),
    node('5_e', ['4_d']),
    node('6_f', ['6_f']),
    node('7_g', ['1_a']),
  ];
  assert.deepEqual(messages(circles), [
    'migrations depend on each other in a circle: 1_a -> 2_b -> 3_c -> 1_a',
    '3_c depends on 9_gone, which is not applied and has no file',
    'migrations depend on each other in a circle: 4_d -> 5_e -> 4_d',
    'migrations depend on each other in a circle: 6_f -> 6_f',
  ]);
});

test('two circles through one migration are both named', () => {
  const circles = [node('1_a', ['2_b', '3_c']), node('2_b', ['1_a']), node('3_c', ['1_a'])];
  assert.deepEqual(messages(circles), [
    'migrations depend on each other in a circle: 1_a -> 2_b -> 1_a',
    'migrations depend on each other in a circle: 1_a -> 3_c -> 1_a',
  ]);
});

test('a chain of 2,000 files in the wrong order is put right', () => {
  const nodes = Array.from({ length: 2000 }, (_, i) => node(`${i + 1}_n`, i < 1999 ? [`${i + 2}_n`] : []));
  assert.deepEqual(versions(nodes)[0], '2000_n');
  assert.deepEqual(versions(nodes).at(-1), '1_n');
});

/** Nodes whose edges point from later to earlier in a hidden order, so that there is no circle. */
const dag = fc
  .array(fc.record({ number: fc.nat(30), name: fc.constantFrom('a', 'b', 'c') }), { maxLength: 14 })
  .chain((names) => {
    const unique = [...new Set(names.map((one) => `${one.number}_${one.name}`))];
    const edges = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 25 });
    return edges.map((pairs) => unique.map((version, i) => node(version, edgesOf(unique, i, pairs))));
  });

function edgesOf(all: readonly string[], at: number, pairs: readonly (readonly [number, number])[]): string[] {
  const targets = pairs.filter(([from]) => from % all.length === at).map(([, to]) => to % all.length);
  return [...new Set(targets.filter((to) => to < at))].map((to) => all[to]!);
}

test('any acyclic set: each once, behind all it depends on, and nothing else moves', () => {
  fc.assert(
    fc.property(dag, (nodes) => {
      const order = versions(nodes);
      assert.deepEqual([...order].sort(), nodes.map((one) => one.version).sort());
      const at = new Map(order.map((version, i) => [version, i]));
      for (const one of nodes) {
        for (const needed of one.depends) assert.ok(at.get(needed)! < at.get(one.version)!, `${order}`);
      }
    }),
  );
});

test('any acyclic set: whichever way the files come, the order is the same', () => {
  fc.assert(
    fc.property(
      dag.chain((nodes) => fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length }))),
      ([nodes, shuffled]) => assert.deepEqual(versions(shuffled), versions(nodes)),
    ),
  );
});

test('any set whose dependencies have lower numbers: the order is that of the numbers', () => {
  fc.assert(
    fc.property(dag, (nodes) => {
      const byNumber = [...nodes].sort(compareByNumber);
      const known = new Set<string>();
      const lower = byNumber.map((one) => {
        const depends = one.depends.filter((version) => known.has(version));
        known.add(one.version);
        return { ...one, depends };
      });
      assert.deepEqual(
        versions(lower),
        byNumber.map((one) => one.version),
      );
    }),
  );
});

test('any set with a circle is refused', () => {
  fc.assert(
    fc.property(
      dag.filter((nodes) => nodes.length > 1),
      (nodes) => {
        const [first, last] = [nodes[0]!, nodes.at(-1)!];
        const circle = nodes.map((one) =>
          one === first ? node(one.version, [last.version]) : one === last ? node(one.version, [first.version]) : one,
        );
        assert.ok(messages(circle).some((one) => one.includes('in a circle')));
      },
    ),
  );
});
