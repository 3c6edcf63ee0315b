import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { layerOf } from './layers.ts';
import { type Module, modulesOf, ROOT } from './module.ts';
import { none } from './none.ts';

const sources = modulesOf('src');
const all = [...sources, ...['test', 'bench', 'database'].flatMap(modulesOf)];
const byPath = new Map(all.map((module) => [module.path, module]));

/** The files that scripts/build.mjs names by their place in src/ and asks to `generate` documents. */
const generators = [...readFileSync(join(ROOT, 'scripts/build.mjs'), 'utf8').matchAll(/'([\w/-]+)'/g)]
  .map(([, name]) => `src/${name}.ts`)
  .filter((path) => byPath.get(path)?.exports.some(({ name }) => name === 'generate'));

/** What is run or loaded from outside. */
const entries = [
  'src/cli/main.ts',
  'src/index.ts',
  'src/engine/data/code/thread.ts',
  'src/web/app/main.tsx',
  ...generators,
];

/** `path name` of exports that nothing here imports; with each its reason. */
const kept = new Set(generators.map((path) => `${path} generate`));

test('every file of src/ is part of the command line tool or of the library', () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    const module = byPath.get(path);
    if (!module || reached.has(path)) return;
    reached.add(path);
    for (const { target, isOwn } of module.imports) if (isOwn) visit(target);
  };
  entries.forEach(visit);
  none(sources.filter(({ path }) => !reached.has(path)).map(({ path }) => `${path}:1: nothing that is run imports it`));
});

test('every file that helps tests is used by one, or by a script', () => {
  const imported = new Set(all.flatMap(({ imports }) => imports.map(({ target }) => target)));
  const scripts = readdirSync(join(ROOT, 'scripts')).map((name) => readFileSync(join(ROOT, 'scripts', name), 'utf8'));
  const text = [...all.filter(({ path }) => path.startsWith('test/')).map((module) => module.text), ...scripts].join(
    '\n',
  );
  const unused = modulesOf('test').filter(
    ({ path }) => !path.endsWith('.test.ts') && !imported.has(path) && !text.includes(`${basename(path)}'`),
  );
  none(unused.map(({ path }) => `${path}:1: no test imports it`));
});

test('every export of src/ is imported by another file', () => {
  const used = usedExports();
  const dead = sources
    .filter(({ path }) => path !== 'src/index.ts')
    .flatMap((module) => module.exports.map((found) => ({ module, ...found })))
    .filter(({ module, name }) => !used.has(`${module.path} ${name}`) && !kept.has(`${module.path} ${name}`))
    .filter(({ module, name, isType }) => !(isType && isNamedAgain(module, name)));
  none(dead.map(({ module, name, line }) => `${module.path}:${line}: ${name} is exported, and nobody imports it`));
});

test('the command line tool and the library have their entries', () => {
  none(entries.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${path}: does not exist`));
});

/** A type names the shape of what its own file exports: a caller may need the word. */
function isNamedAgain({ code }: Module, name: string): boolean {
  return (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
}

/** `path name` of all that is imported somewhere. */
function usedExports(): Set<string> {
  const used = new Set<string>();
  for (const module of all) {
    for (const { target, isOwn, names, kind } of module.imports) {
      if (!isOwn) continue;
      for (const name of names) {
        if (name !== '*') use(used, target, name);
        else if (kind !== 'export')
          for (const found of namesIn(module, target, kind === 'dynamic')) use(used, target, found);
      }
    }
  }
  return used;
}

function use(used: Set<string>, path: string, name: string): void {
  used.add(`${path} ${name}`);
  const module = byPath.get(path);
  if (!module || module.exports.some((found) => found.name === name)) return;
  for (const { target, names, kind } of module.imports)
    if (kind === 'export' && names.includes('*')) use(used, target, name);
}

/** Of a module that is imported as a whole, the names that the importer (of a dynamic import: its layer) mentions. */
function namesIn(importer: Module, target: string, isDynamic: boolean): string[] {
  const readers = isDynamic ? all.filter(({ path }) => layerOf(path) === layerOf(importer.path)) : [importer];
  const names = byPath.get(target)?.exports.map(({ name }) => name) ?? [];
  return names.filter((name) => readers.some(({ code }) => new RegExp(`[.{,]\\s*${name}\\b`).test(code)));
}
