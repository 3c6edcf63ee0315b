/** Each format on names that would break out of it, and what each says of a small graph. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphDot } from '../../../src/report/graph/dot.ts';
import { GRAPH_FORMATS } from '../../../src/report/graph/formats.ts';
import { graphMermaid } from '../../../src/report/graph/mermaid.ts';
import { graphSvg } from '../../../src/report/graph/svg.ts';
import { document, edge, node } from './sample.ts';
import { xmlElements } from './xml.ts';

const LOOK = { weak: true, all: false };

const ODD = [
  'a"b',
  "it's",
  '<script>alert(1)</script>',
  '&amp; & &#34;',
  ']]> --> end',
  '#quot; #35;',
  '日本語 émigré 👩‍💻',
  '\\N \\" \\',
  'line\nbreak\ttab',
  '\u001b[31mred\u202e',
  '`code` [x] {y} |z| ;',
  '',
];

const odd = document(
  ODD.map((name, i) =>
    node(`${i}_${name}`, { description: name, file: name, unknown: [{ line: 1, why: name }], state: 'pending' }),
  ),
  ODD.slice(1)
    .map((name) => edge(`x x`, `table ${name}`))
    .map((one, i) => ({
      ...one,
      from: `${i + 1}_${ODD[i + 1]}`,
      to: `0_${ODD[0]}`,
    })),
  { database: ODD.join(''), source: 'database' },
);

const small = document(
  [
    node('001_users', { state: 'applied', description: 'Users' }),
    node('002_orders', { state: 'applied' }),
    node('003_view', { state: 'pending' }),
    node('004_seed', { state: 'failed' }),
  ],
  ['002_orders 001_users', '003_view = 002_orders', '004_seed . 003_view'],
  { source: 'database', database: 'shop', part: 'impact', versions: ['001_users'] },
);

test('Mermaid: arrows lead to what needs; solid, dashed and without a tip; states are classes', () => {
  assert.equal(
    graphMermaid(small, LOOK).replace(/(classDef \w+ ).*/g, '$1...'),
    `flowchart LR
  accTitle: What stands on 001_users in shop
  classDef applied ...
  classDef pending ...
  classDef failed ...
  m1["001<br>users"]:::applied
  m2["002<br>orders"]:::applied
  m3["003<br>view"]:::pending
  m4["004<br>seed"]:::failed
  m1 -.->|"table t"| m2
  m2 --> m3
  m3 -.-|"table t"| m4
  style m1 stroke-width:4px
`,
  );
});

test('Mermaid: no name can end its label', () => {
  const labels = /^ {2}m\d+\["((?:[\p{L}\p{M}\p{N} _.,:/+=@-]|#\d+;|<br>)*)"\](:::\w+)?$/u;
  const lines = graphMermaid(odd, LOOK).split('\n');
  const boxes = lines.filter((line) => /^ {2}m\d+\[/.test(line));
  assert.equal(boxes.length, ODD.length);
  for (const line of boxes) assert.match(line, labels);
  const arrow = /^ {2}m\d+ -\.->\|"(?:[\p{L}\p{M}\p{N} _.,:/+=@-]|#\d+;)*"\| m\d+$/u;
  for (const line of lines.filter((one) => one.includes('-.->'))) assert.match(line, arrow);
  assert.match(boxes[2]!, /#60;script#62;/);
});

test('Mermaid: among many lines none has a label', () => {
  const versions = Array.from({ length: 60 }, (_, i) => `${i + 1}`);
  const star = document(
    versions,
    versions.slice(1).map((version) => `${version} 1`),
  );
  assert.doesNotMatch(graphMermaid(star, { weak: false, all: true }), /\|"/);
});

test('DOT: every string ends where it should', () => {
  const statement =
    /^ {2}(graph|node|edge|m\d+|m\d+ -> m\d+) \[(?:[a-z]+=(?:[a-zA-Z0-9.]+|"(?:[^"\\\n]|\\["\\n])*")(?:, |(?=\])))+\];$/;
  for (const graph of [odd, small]) {
    const lines = graphDot(graph, LOOK).trimEnd().split('\n');
    assert.equal(lines[0], 'digraph migrations {');
    assert.equal(lines.at(-1), '}');
    for (const line of lines.slice(1, -1)) assert.match(line, statement);
  }
});

test('DOT: solid for what is declared, dashed for what is inferred, dotted for order alone', () => {
  const styles = [...graphDot(small, LOOK).matchAll(/(m\d -> m\d) \[style=(\w+)/g)].map(([, ...found]) =>
    found.join(' '),
  );
  assert.deepEqual(styles, ['m1 -> m2 dashed', 'm2 -> m3 solid', 'm3 -> m4 dotted']);
});

test('SVG: well-formed with odd names, and nothing of them becomes an element', () => {
  for (const graph of [odd, small, document([], [])]) {
    const elements = xmlElements(graphSvg(graph, LOOK));
    const known = new Set(['svg', 'title', 'desc', 'style', 'defs', 'marker', 'path', 'rect', 'g', 'text']);
    assert.deepEqual(
      elements.filter(({ name }) => !known.has(name)),
      [],
    );
    assert.doesNotMatch(elements.map(({ text }) => text).join(''), /[\u0000-\u0008\u000b-\u001f\u202e]/);
  }
});

test('SVG: who cannot see it hears what is in it; a box and a line tell why', () => {
  const svg = graphSvg(small, LOOK);
  const elements = xmlElements(svg);
  const [root] = elements;
  const ids = root!.attributes['aria-labelledby']!.split(' ');
  const texts = ids.map((id) => elements.find(({ attributes }) => attributes.id === id)?.text);
  assert.equal(texts[0], 'What stands on 001_users in shop');
  assert.match(texts[1]!, /^4 migrations and 3 dependencies between them, 1 of them declared\./);
  const labels = elements.flatMap(({ attributes }) => attributes['aria-label'] ?? []);
  assert.equal(labels[0], '001_users (applied); Users; m/001_users.sql');
  const titles = elements.filter(({ name }) => name === 'title').map(({ text }) => text);
  assert.ok(titles.includes('002_orders uses table t (line 7), created by 001_users (line 3)'));
  assert.ok(titles.includes('003_view declares that it depends on 002_orders'));
});

test('SVG: a state that asks for something is written as a word, the legend counts them, and both themes colour it', () => {
  const svg = graphSvg(small, LOOK);
  const texts = xmlElements(svg)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
  for (const text of ['003 pending', '004 failed', '2 applied', '1 pending', 'declared in Depends:', 'order alone'])
    assert.ok(texts.includes(text), text);
  const [light = '', dark = ''] = svg.split('@media (prefers-color-scheme: dark)');
  for (const theme of [light, dark]) assert.match(theme, /\.is-failed rect \{ fill: #/);
});

test('SVG: boxes lie within the picture and on none of the others', () => {
  const versions = Array.from({ length: 150 }, (_, i) => `${String(i + 1).padStart(3, '0')}_migration`);
  const edges = versions.slice(1).map((version, i) => `${version} ${versions[Math.floor(i / 4)]}`);
  for (const count of [12, 60, 150]) {
    const svg = graphSvg(document(versions.slice(0, count), edges.slice(0, count - 1)), { weak: false, all: true });
    const [root, ...elements] = xmlElements(svg);
    const boxes = elements
      .filter(({ attributes }) => attributes.class?.startsWith('box') && attributes.role)
      .map(({ attributes, inside }) => {
        const [x = 0, y = 0] = attributes.transform!.match(/[\d.]+/g)!.map(Number);
        return { x, y, width: Number(inside.find(({ name }) => name === 'rect')!.attributes.width), height: 38 };
      });
    assert.equal(boxes.length, count);
    const [width, height] = [Number(root!.attributes.width), Number(root!.attributes.height)];
    boxes.forEach((a, i) => {
      assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width < width && a.y + a.height < height);
      for (const b of boxes.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        assert.ok(apart, JSON.stringify([a, b]));
      }
    });
  }
});

test('JSON: the document itself', () => {
  assert.deepEqual(JSON.parse(GRAPH_FORMATS.json(odd)), JSON.parse(JSON.stringify(odd)));
});
