import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionsOf } from './functions.ts';
import { mask } from './mask.ts';
import { modulesOf, parse } from './module.ts';
import { none } from './none.ts';

test('comments, strings and regular expressions are blanked, code inside of templates is kept', () => {
  const text = `a('x // y'); // console.log\nb(/['"\`/]+/.test(c) ? d / e / f : \`t \${g({ h: 'i' })} \` /* j\nk */);`;
  const code = mask(text);
  assert.equal(code.length, text.length);
  assert.deepEqual(code.match(/\w+/g), ['a', 'b', 'test', 'c', 'd', 'e', 'f', 'g', 'h']);
  assert.equal(code.split('\n').length, 3);
});

test('imports are found in all their forms, and not in comments and strings', () => {
  const text = [
    "import type { A, B as C } from './a.ts';",
    "import d, { e } from '../b/e.ts';",
    "import * as pg from 'pg';",
    "import '@scope/name/deep';",
    "export { f } from './f.ts';",
    "const g = () => import('./g.ts');",
    "// import h from 'h';",
    `const i = "import j from 'j'";`,
  ].join('\n');
  const found = parse('src/x/x.ts', text).imports.map(({ target, names, kind, line }) => [
    line,
    kind,
    target,
    ...names,
  ]);
  assert.deepEqual(
    found.sort(([a], [b]) => Number(a) - Number(b)),
    [
      [1, 'import', 'src/x/a.ts', 'A', 'B'],
      [2, 'import', 'src/b/e.ts', 'e', 'default'],
      [3, 'import', 'pg', '*'],
      [4, 'import', '@scope/name'],
      [5, 'export', 'src/x/f.ts', 'f'],
      [6, 'dynamic', 'src/x/g.ts', '*'],
    ],
  );
});

test('exports are found with their lines', () => {
  const text =
    'export interface A {}\nexport type B = 1;\nexport async function c() {}\nexport const d = 1;\nexport { e as f };';
  assert.deepEqual(
    parse('src/x.ts', text).exports.map(({ name, line, isType }) => [name, line, isType]),
    [
      ['A', 1, true],
      ['B', 2, true],
      ['c', 3, false],
      ['d', 4, false],
      ['f', 5, false],
    ],
  );
});

test('functions are measured, control statements and calls are not', () => {
  const text = `function a<T>(b: { c: T }): Promise<{ d: T }> {
  if (x) {
    e(1, 2);
  }
}
const f = async (): Promise<void> => {
  return g ? (h) : { i: 1 };
};
class J {
  get k(): string | undefined { return 'l'; }
  m(n = (o: string) => p): o is 'q' {
  }
}
const v = w.map((x) => ({ y: x }));`;
  assert.deepEqual(
    functionsOf({ code: mask(text) }).map(({ name, line, lines }) => [name, line, lines]),
    [
      ['a', 1, 5],
      ['f', 6, 3],
      ['k', 10, 1],
      ['m', 11, 2],
    ],
  );
});

test('in every file, what is taken for code has as many brackets that open as that close', () => {
  const count = (code: string, char: string) => code.split(char).length;
  const odd = ['src', 'test', 'bench', 'database']
    .flatMap(modulesOf)
    .filter(({ code }) => ['()', '[]', '{}'].some(([open, close]) => count(code, open!) !== count(code, close!)));
  none(odd.map(({ path }) => `${path}: is misread; mend test/architecture/mask.ts`));
});
