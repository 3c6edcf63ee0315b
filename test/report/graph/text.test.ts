import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GraphDocument } from '../../../src/report/graph/document.ts';
import { graphLines } from '../../../src/report/graph/text.ts';
import { createStyle } from '../../../src/report/style.ts';
import { widthOf } from '../../../src/report/width.ts';
import { anyDocument, document, edge, node } from './sample.ts';

const LOOK = { width: 80, style: createStyle(false), weak: false, all: false };
/** Without the line of numbers at the end. */
const linesOf = (graph: GraphDocument, look: Partial<typeof LOOK> = {}) =>
  graphLines(graph, { ...LOOK, ...look }).slice(0, -2);

const shop = document(
  [
    node('001_users', { state: 'applied' }),
    node('002_orders', { state: 'applied' }),
    node('003_view', { state: 'pending' }),
    '004_seed',
  ],
  [
    edge('002_orders 001_users', 'table users'),
    '003_view = 002_orders',
    edge('003_view 001_users', 'table users'),
    '004_seed . 001_users',
  ],
);

test('what needs one hangs on it: by a header solid, by its SQL dashed, with the object and the place', () => {
  assert.deepEqual(linesOf(shop), [
    '001_users',
    '└┄┄ 002_orders  uses table users, 002:7',
    '    └── 003_view pending',
    '004_seed',
  ]);
});

test('what only orders two is shown when it is asked for', () => {
  assert.deepEqual(linesOf(shop, { weak: true }).slice(-1), ['└·· 004_seed  uses table t, 004:7']);
  assert.match(graphLines(shop, { ...LOOK, weak: true }).at(-1)!, /·· 1 of order alone$/);
});

test('an impact names each direct one with all its reasons, also where it would follow', () => {
  const [reason] = edge('x y', 'function f').inferred;
  const edges = shop.edges.map((one) =>
    one.from === '003_view' && one.to === '001_users' ? { ...one, inferred: [...one.inferred, reason!] } : one,
  );
  const part = { ...shop, part: 'impact' as const, versions: ['001_users'], edges, nodes: shop.nodes.slice(0, 3) };
  assert.deepEqual(linesOf({ ...part, edges: edges.filter(({ weak }) => !weak) }), [
    'What stands on 001_users:',
    '001_users',
    '├┄┄ 002_orders  uses table users, 002:7',
    '└┄┄ 003_view pending  uses table users, 003:7',
    '        uses function f, 003:7',
    '        also on ── 002',
  ]);
});

test('nothing is shown of what cannot be: versions without needs, and those that may belong to it', () => {
  const alone = document(['1_a'], [], {
    part: 'around',
    versions: ['1_a'],
    doubtful: [node('2_b', { unknown: [{ line: 36, why: 'EXECUTE of a text' }] }), node('3_c', { read: false })],
  });
  assert.deepEqual(linesOf(alone), [
    '1_a needs nothing.',
    '',
    'Nothing stands on 1_a.',
    '',
    'These may stand on 1_a, too:',
    '  2:36 EXECUTE of a text',
    '  3: its SQL cannot be read',
  ]);
});

test('two with one number are called by their versions', () => {
  const twins = document(['1_a', '1_b', '2_c'], ['2_c 1_a', '2_c 1_b']);
  assert.deepEqual(linesOf(twins), ['1_a', '1_b', '└┄┄ 2_c  uses table t, 2:7; also on ┄┄ 1_a table t']);
});

test('a long number is not said again right beside it', () => {
  const stamps = document(['20230104011300_a', '20230105171300_b'], ['20230105171300_b 20230104011300_a']);
  assert.deepEqual(linesOf(stamps), ['20230104011300_a', '└┄┄ 20230105171300_b  uses table t, line 7']);
  const needs = { ...stamps, part: 'from' as const, versions: ['20230105171300_b'] };
  assert.equal(linesOf(needs).at(-1), '└┄┄ 20230104011300_a  uses table t, 20230105171300:7');
});

test('a run of many takes three lines', () => {
  const versions = Array.from({ length: 36 }, (_, i) => `${String(i + 1).padStart(3, '0')}_step`);
  const run = document(
    versions,
    versions.slice(1).map((version, i) => `${version} ${versions[i]}`),
  );
  assert.deepEqual(linesOf(run), [
    '001_step',
    '└┄┄ … 34 more, each on the one before: 002 to 035  uses table t, 002:7',
    '    └┄┄ 036_step  uses table t, 036:7',
  ]);
});

test('among many, what nothing stands on shares a line, by state; what stands alone comes last', () => {
  const versions = Array.from({ length: 64 }, (_, i) => `${String(i + 1).padStart(2, '0')}_m`);
  const nodes = versions.map((version, i) => node(version, { state: i < 60 ? 'applied' : 'pending' }));
  const needs = versions
    .slice(1, 5)
    .concat(versions.slice(60, 62))
    .map((version) => `${version} 01_m`);
  const lines = linesOf(document(nodes, [...needs, '04_m 03_m', '06_m 03_m'], { source: 'database' }));
  assert.deepEqual(lines.slice(0, 5), [
    '01_m',
    '├┄┄ 2 that nothing stands on: 02, 05',
    '├┄┄ 2 pending that nothing stands on: 61, 62',
    '└┄┄ 03_m  uses table t, 03:7',
    '    └┄┄ 2 that nothing stands on: 04, 06',
  ]);
  assert.match(lines[5]!, /^54 by themselves: 07, 08, /);
  assert.match(lines.at(-1)!, /^2 pending by themselves: 63, 64$/);
});

test('property: no line is wider than the terminal, as long as the names are not', () => {
  fc.assert(
    fc.property(anyDocument(90), fc.integer({ min: 60, max: 120 }), fc.boolean(), (graph, width, all) => {
      for (const line of graphLines(graph, { ...LOOK, width, all })) assert.ok(widthOf(line) <= width, line);
    }),
    { numRuns: 100 },
  );
});

test('property: with --all, every edge that does not follow from others stands in the text', () => {
  fc.assert(
    fc.property(anyDocument(40), (graph) => {
      const told = edgesIn(graphLines(graph, { ...LOOK, width: 400, weak: true, all: true }));
      const expected = graph.edges.filter(({ implied }) => !implied).map(({ from, to }) => `${from} ${to}`);
      assert.deepEqual([...told].sort(), expected.sort());
    }),
    { numRuns: 150 },
  );
});

/** `002_m 001_m` for every branch, and for everything that one is also on. */
function edgesIn(lines: readonly string[]): Set<string> {
  const found = new Set<string>();
  const above: string[] = [];
  for (const line of lines) {
    const [, indent = '', , version] = /^([│ ]*)([├└](?:──|┄┄|··) )?(\d+_m)/.exec(line) ?? [];
    if (version !== undefined) {
      const depth = line.indexOf(version) / 4;
      above.length = depth;
      if (depth > 0) found.add(`${version} ${above[depth - 1]}`);
      above[depth] = version;
      assert.equal(indent.length, Math.max(0, depth - 1) * 4);
    }
    const also = /also on (.*)$/.exec(line)?.[1] ?? '';
    for (const [, number] of also.matchAll(/(?:──|┄┄|··) (\d+)/g)) found.add(`${above.at(-1)} ${number}_m`);
  }
  return found;
}

test('what else one is on is named itself, not the beginning of the run that it is folded into', () => {
  const links = ['002_b 001_a', '003_c 002_b', '004_d 003_c', '005_e 004_d'];
  const names = ['001_a', '002_b', '003_c', '004_d', '005_e', '006_x', '007_y'];
  assert.deepEqual(linesOf(document(names, [...links, '007_y 006_x', edge('007_y 005_e', 'index tz')])), [
    '001_a',
    '└┄┄ … 4 more, each on the one before: 002 to 005  uses table t, 002:7',
    '006_x',
    '└┄┄ 007_y  uses table t, 007:7; also on ┄┄ 005 index tz',
  ]);
});
