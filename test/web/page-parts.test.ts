import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleParts } from '../../src/report/visible.ts';
import type { MigrationRow } from '../../src/web/answers/overview.ts';
import { type Filter, filterRows, type Risk } from '../../src/web/app/parts/filter-rows.ts';
import { folded } from '../../src/web/app/parts/fold-changes.ts';
import { busiest, neighbourhood } from '../../src/web/app/parts/neighbourhood.ts';
import { reachOf } from '../../src/web/app/parts/reach.ts';
import { sqlLines } from '../../src/web/app/parts/sql-tokens.ts';

const row = (version: string, more: Partial<MigrationRow> = {}): MigrationRow => ({
  version,
  description: version,
  state: 'applied',
  checksum: null,
  appliedAt: null,
  appliedBy: null,
  executionTimeMs: null,
  errorMessage: null,
  reversible: true,
  file: null,
  type: null,
  notes: [],
  replacedBy: null,
  ...more,
});

test('rows are found by all words, in every text, whatever their case', () => {
  const rows = [row('001_a', { appliedBy: 'Ada' }), row('002_b', { errorMessage: 'Division by zero' }), row('003_a')];
  const found = (text: string) =>
    filterRows(rows, { text, states: new Set(), sort: 'version', isDown: false }).map(({ version }) => version);
  assert.deepEqual(found(''), ['001_a', '002_b', '003_a']);
  assert.deepEqual(found('_a'), ['001_a', '003_a']);
  assert.deepEqual(found('ada _A'), ['001_a']);
  assert.deepEqual(found('division'), ['002_b']);
  assert.deepEqual(found('none'), []);
});

test('rows are in the order that was asked for; those with equal values stay as they were', () => {
  const rows = [
    row('001', { executionTimeMs: 5 }),
    row('002'),
    row('003', { executionTimeMs: 1 }),
    row('004', { executionTimeMs: 5 }),
  ];
  const sorted = (isDown: boolean) =>
    filterRows(rows, { text: '', states: new Set(), sort: 'took', isDown }).map(({ version }) => version);
  assert.deepEqual(sorted(false), ['002', '003', '001', '004']);
  assert.deepEqual(sorted(true), ['004', '001', '003', '002']);
});

test('by risk: as bad as that or worse, and the worst last', () => {
  const rows = [row('001'), row('002'), row('003'), row('004')];
  const risk = (version: string, severity: Risk['severity']): [string, Risk] => [
    version,
    { version, severity, rule: 'r', message: 'm', lock: null, blocks: null, findings: 1 },
  ];
  const risks = new Map([risk('001', 'warning'), risk('003', 'error'), risk('004', 'note')]);
  const found = (filter: Partial<Filter>) =>
    filterRows(rows, { text: '', states: new Set(), sort: 'version', isDown: false, ...filter }, risks).map(
      ({ version }) => version,
    );
  assert.deepEqual(found({ risk: 'warning' }), ['001', '003']);
  assert.deepEqual(found({ risk: 'note' }), ['001', '003', '004']);
  assert.deepEqual(found({ sort: 'risk' }), ['002', '004', '001', '003']);
});

test('the neighbours of a table, step by step, and no more than can be seen', () => {
  const reference = (from: string, to: string) => ({ from, to });
  const references = [
    reference('b', 'a'),
    reference('c', 'b'),
    reference('d', 'c'),
    reference('e', 'b'),
    reference('b', 'b'),
  ];
  const near = (steps: number, most?: number) => {
    const { tables, left } = neighbourhood(references, 'b', steps, most);
    return `${[...tables].sort().join('')} ${left}`;
  };
  assert.equal(near(1), 'abce 0');
  assert.equal(near(2), 'abcde 0');
  assert.equal(near(1, 3), 'abc 1');
  assert.equal(busiest(references, ['a', 'b', 'c']), 'b');
  assert.equal(busiest([], ['x', 'y']), 'x');
  assert.equal(busiest([], []), undefined);
});

test('what came or went with its table is told with that', () => {
  const change = (kind: 'added' | 'removed' | 'changed', type: string, name: string, parent: string | null = null) => ({
    kind,
    type,
    name,
    parent,
    detail: {},
    before: '',
    after: '',
  });
  const added = [
    change('added', 'table', 's.t'),
    change('added', 'column', 's.t.a', 's.t'),
    change('added', 'index', 's.i', 's.u'),
  ];
  const { heads, membersOf } = folded(added);
  assert.deepEqual(
    heads.map(({ name }) => name),
    ['s.t', 's.i'],
  );
  assert.deepEqual(
    membersOf(heads[0]!).map(({ name }) => name),
    ['s.t.a'],
  );
  const changed = folded([change('changed', 'table', 's.t'), change('changed', 'column', 's.t.a', 's.t')]);
  assert.equal(changed.heads.length, 2);
});

test('what stands on a version is reached through others, and edges of order alone do not count', () => {
  const edge = (from: string, to: string, weak = false) => ({
    from,
    to,
    weak,
    declared: !weak,
    implied: false,
    inferred: [],
  });
  const edges = [edge('2', '1'), edge('3', '2'), edge('4', '1', true), edge('5', '3')];
  assert.deepEqual([...reachOf({ edges }, '1').impact].sort(), ['2', '3', '5']);
  assert.deepEqual([...reachOf({ edges }, '3').foundation].sort(), ['1', '2']);
});

test('SQL is coloured line by line, bodies of functions too, and nothing is lost', () => {
  const text = `-- a\nCREATE FUNCTION f() RETURNS int AS $$\n  SELECT 1; /* two\nlines */\n$$ LANGUAGE sql;\nSELECT 'it''s', "Name";`;
  const lines = sqlLines(text);
  assert.equal(lines.map((pieces) => pieces.map((piece) => piece.text).join('')).join('\n'), text);
  const kinds = (line: number) =>
    lines[line]!.filter(({ kind }) => kind !== 'plain').map(({ kind, text: said }) => `${kind} ${said}`);
  assert.deepEqual(kinds(0), ['comment -- a']);
  assert.deepEqual(kinds(2), ['keyword SELECT', 'number 1', 'comment /* two']);
  assert.deepEqual(kinds(3), ['comment lines */']);
  assert.deepEqual(kinds(5), ['keyword SELECT', "string 'it''s'", 'name "Name"']);
});

test('a text that ends in the middle of a quote is shown all the same', () => {
  for (const text of ["SELECT 'open", 'SELECT "open', 'SELECT $$ open', '/* open'])
    assert.equal(
      sqlLines(text)
        .map((pieces) => pieces.map((piece) => piece.text).join(''))
        .join('\n'),
      text,
    );
});

test('characters that deceive are parts of their own', () => {
  assert.deepEqual(visibleParts('a\u202Eb\u200B\n'), [
    { text: 'a' },
    { text: '\u202E', code: 'U+202E' },
    { text: 'b' },
    { text: '\u200B', code: 'U+200B' },
    { text: '\n' },
  ]);
  assert.deepEqual(visibleParts('plain\ttext'), [{ text: 'plain\ttext' }]);
});
