import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMON, covers, LAYERS, layerOf, PURE_EXCEPTIONS } from './layers.ts';
import { type Import, type Module, modulesOf, ROOT } from './module.ts';
import { none } from './none.ts';

const modules = modulesOf('src');
const order = Object.keys(LAYERS);

function complaints(isWrong: (module: Module, found: Import) => string | undefined): string[] {
  return modules.flatMap((module) =>
    module.imports.flatMap((found) => {
      const says = isWrong(module, found);
      return says ? [`${module.path}:${found.line}: imports ${found.target}; ${says}`] : [];
    }),
  );
}

test('every folder of src/ has its place in the table of layers', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  none(
    folders
      .map(({ name }) => name)
      .filter((name) => !(name in LAYERS))
      .map((name) => `src/${name}: is in no layer`),
  );
});

test('the table of layers lets nothing import what is above it', () => {
  const upward = order.flatMap((name, place) =>
    LAYERS[name]!.imports.filter(
      (entry) => !entry.startsWith('../') && order.indexOf(entry.split('/')[0]!) >= place,
    ).map((entry) => `${name} → ${entry}`),
  );
  none(upward);
});

test('imports between the parts of src/ follow the table of layers', () => {
  const found = complaints(({ path }, { target, isOwn }) => {
    const layer = layerOf(path);
    if (!isOwn || (target.startsWith('src/') && layerOf(target) === layer)) return undefined;
    const allowed = LAYERS[layer]?.imports ?? [];
    return allowed.some((entry) => covers(entry, target)) ? undefined : `${layer} may import ${allowed.join(', ')}`;
  });
  none(found);
});

test('packages and modules of Node are used where the table of layers has them', () => {
  const found = complaints(({ path }, { target, isOwn }) => {
    const layer = LAYERS[layerOf(path)];
    if (isOwn || !layer) return undefined;
    const allowed = [...layer.packages, ...(layer.pure ? [] : COMMON)];
    return allowed.includes(target) ? undefined : `${layerOf(path)} may use ${allowed.join(', ') || 'none'}`;
  });
  none(found);
});

test('in pure layers a module of Node is used by the one file that has a reason', () => {
  const found = complaints(({ path }, { target }) => {
    if (!target.startsWith('node:') || !LAYERS[layerOf(path)]?.pure) return undefined;
    return PURE_EXCEPTIONS[path]?.includes(target) ? undefined : 'take the value as an argument';
  });
  none(found);
});

test('no file of src/ reaches into tests, scripts or benchmarks, and what it imports exists', () => {
  const found = complaints((_, { target, isOwn }) => {
    if (!isOwn) return undefined;
    if (!existsSync(join(ROOT, target))) return 'there is no such file';
    return target.startsWith('src/') || target === 'package.json' ? undefined : 'it is not part of src/';
  });
  none(found);
});

test('nothing is imported in a circle', () => {
  none(cycles(new Map(modules.map(({ path, imports }) => [path, imports.filter(({ isOwn }) => isOwn)]))));
});

test('a circle would be found', () => {
  const link = (target: string): Import => ({ target, isOwn: true, names: [], kind: 'import', line: 3 });
  const graph = new Map([
    ['a', [link('b')]],
    ['b', [link('c'), link('d')]],
    ['c', [link('b')]],
    ['d', []],
  ]);
  assert.deepEqual(cycles(graph), ['b → c:3 → b']);
});

/** One circle for each import that closes one, in a walk along all imports. Those of types count: they tie the files as well. */
function cycles(graph: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    if (done.has(path)) return;
    for (const { target, line } of graph.get(path) ?? []) {
      const start = [...trail, path].indexOf(target);
      if (start >= 0) found.push([...[...trail, path].slice(start, -1), `${path}:${line}`, target].join(' → '));
      else walk(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}
