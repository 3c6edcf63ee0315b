// The CLI as packs: files that each hold several chunks of the program, every chunk a function of its own. A command loads the
// packs it needs, and of these runs only the chunks that it uses; what is not run is not compiled. bin/taskflow-db.cjs loads them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import { build } from 'esbuild';

/**
 * The packs that stand in front, each with the modules whose chunks it holds. A chunk belongs to the first pack that needs
 * it. Every other module that is loaded with import() makes a pack of its own, and what several of those share is in `shared`.
 */
const FIRST_PACKS = [
  ['cli', /^src\/cli\/(main|create-context)\.ts$/],
  ['engine', /^src\/cli\/commands\/status\.ts$|(?:^|\/)node_modules\/pg\//],
  ['migrate', /^src\/cli\/commands\/migrate\.ts$/],
  ['apply', /^src\/engine\/(migrate-under-lock|steps\/resume)\.ts$/],
  ['diff', /^src\/cli\/commands\/diff\.ts$/],
  ['lint', /^src\/cli\/commands\/lint\.ts$/],
];

/**
 * Bundles `entryPoint` with these options of esbuild. Returns the paths of what went in, and the packs: `{ file (below
 * dist/), text, map }`, the last of them cli.cjs, which names the others.
 */
export async function buildPacks(options, entryPoint) {
  const { outputFiles, metafile } = await build({
    ...options,
    define: { ...options.define, 'import.meta.url': 'undefined' },
    entryPoints: [entryPoint],
    format: 'esm',
    splitting: true,
    outdir: 'dist/cli',
    chunkNames: '[name]-[hash]',
    minifySyntax: true,
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
    metafile: true,
  });
  refuseChangingExports(Object.keys(metafile.inputs));
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const code = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js'));
  const chunks = new Map(code.map(([path, output]) => [path, chunkOf(basename(path), output, texts)]));
  const packs = assign(chunks);
  const named = [...packs].filter(([name]) => name !== 'cli').map(([name, members]) => packText(name, members));
  const table = Object.fromEntries(named.flatMap(({ file, members }) => members.map(({ name }) => [name, file])));
  const entry = `${basename(entryPoint, '.ts')}.js`;
  const cli = packText('cli', packs.get('cli'), { entry, packs: table }, 'cli/');
  return { inputs: Object.keys(metafile.inputs), packs: [...named, { ...cli, file: 'cli.cjs' }] };
}

/** A chunk hands out values, not bindings: a module that exports a variable and changes it later would not work. */
function refuseChangingExports(inputs) {
  const changing = inputs.find((path) => /\.m?[jt]s$/.test(path) && /^export let /m.test(readFileSync(path, 'utf8')));
  if (changing) throw new Error(`${changing} exports a variable: export a constant or a function`);
}

function chunkOf(name, output, texts) {
  const { entryPoint, imports } = output;
  const needs = imports
    .filter(({ kind, external }) => kind === 'import-statement' && !external)
    .map(({ path }) => path);
  return {
    name,
    entryPoint,
    needs,
    body: bodyOf(name, texts.get(name), output),
    map: JSON.parse(texts.get(`${name}.map`)),
  };
}

const IMPORT = /^import (?:([\w$]+)|\* as ([\w$]+)|(\{[^{}]*\}) )? ?(?:from )?"([^"\n]+)";$/gm;
const EXPORT = /^export (?:default ([^\n]+)|(\{[^{}]*\}));$/gm;
const DYNAMIC = /\bimport\("([^"\n]+)"\)/g;
/** Of what is known only when it runs: bin/taskflow-db.cjs does it. */
const FOREIGN = /\bimport\(([A-Za-z_$][\w$]*)\)/g;

/**
 * The body of a function (module, exports, require, __dirname) for an ES module as esbuild prints it: what it imports is
 * fetched in the first line, what it exports is given out in the last; all other lines stay where they are, for the map.
 * It is held against what esbuild says of the chunk, so no text that looks like an import can be taken for one.
 */
function bodyOf(name, text, { imports, exports }) {
  const fetched = [];
  const given = [];
  const found = [];
  const body = text
    .replace(IMPORT, (statement, standard, all, names, from) => {
      found.push(from);
      fetched.push(fetch(name, standard ?? all, names, from));
      return '\n'.repeat(statement.split('\n').length - 1);
    })
    .replace(EXPORT, (statement, standard, names) => {
      given.push(...(standard ? [`default: ${standard}`] : membersOf(names).map(([own, shown]) => `${shown}: ${own}`)));
      return '\n'.repeat(statement.split('\n').length - 1);
    })
    .replace(DYNAMIC, (_, from) => {
      found.push(from);
      return `Promise.resolve().then(() => require("${from}"))`;
    })
    .replace(FOREIGN, 'require.module($1)');
  const expected = imports.filter(({ kind }) => kind !== 'require-call').map(({ path }) => basename(path));
  check(name, 'imports', new Set(found.map((from) => basename(from))), new Set(expected));
  check(name, 'exports', new Set(given.map((one) => one.split(':')[0])), new Set(exports));
  return `"use strict"; ${fetched.join(' ')}\n${body}\nmodule.exports = { ${given.join(', ')} };\n`;
}

function fetch(name, whole, names, from) {
  if (whole && !isBuiltin(from)) throw new Error(`${name} takes all of ${from}: import its parts by name`);
  const members = names && membersOf(names).map(([theirs, own]) => (theirs === own ? own : `${theirs}: ${own}`));
  const target = whole ?? (members && `{ ${members.join(', ')} }`);
  return target ? `const ${target} = require("${from}");` : `require("${from}");`;
}

/** `{ a, b as c }` → [[a, a], [b, c]] */
function membersOf(names) {
  const parts = names
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [from, to = from] = part.split(' as ');
    return [from, to];
  });
}

function check(name, what, found, expected) {
  const differ = [...found].filter((one) => !expected.has(one)).concat([...expected].filter((one) => !found.has(one)));
  if (differ.length > 0) throw new Error(`${name}: its ${what} are not understood: ${differ.join(', ')}`);
}

/** Pack → its chunks. */
function assign(chunks) {
  const entries = [...chunks.values()].filter(({ entryPoint }) => entryPoint);
  const needed = new Map(entries.map((entry) => [entry, closureOf(entry, chunks)]));
  const packs = new Map(FIRST_PACKS.map(([name]) => [name, []]));
  for (const chunk of chunks.values()) {
    const users = entries.filter((entry) => needed.get(entry).has(chunk));
    const name = packOf(users);
    packs.set(name, [...(packs.get(name) ?? []), chunk]);
  }
  return packs;
}

function packOf(users) {
  const first = FIRST_PACKS.find(([, pattern]) => users.some(({ entryPoint }) => pattern.test(entryPoint)));
  if (first) return first[0];
  return users.length === 1 ? nameOf(users[0].entryPoint) : 'shared';
}

/** `diff` for a command and for a package, `dry-run-migrate` for engine/dry-run/migrate.ts. */
function nameOf(entryPoint) {
  const parcel = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(entryPoint)?.[1];
  const path = parcel ? `package/${parcel}` : entryPoint.replace(/^src\/(cli\/commands\/)?/, '').replace(/\.ts$/, '');
  return path.split('/').slice(-2).join('-');
}

function closureOf(entry, chunks, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const path of entry.needs) closureOf(chunks.get(path), chunks, seen);
  return seen;
}

/** The text of a pack: an expression, whose value is `head` with `chunks`. Its first line names its content. */
function packText(name, members, head = {}, sourceRoot = '') {
  const begin = `({ ${Object.entries(head)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}, `)
    .join('')}chunks: {\n`;
  let line = 2;
  const sections = [];
  const parts = members.map(({ name: chunk, body, map }) => {
    const part = `${JSON.stringify(chunk)}: function (module, exports, require, __dirname) {\n${body}},\n`;
    sections.push({ offset: { line: line + 2, column: 0 }, map: { ...map, sourceRoot } });
    line += part.split('\n').length - 1;
    return part;
  });
  const text = `${begin}${parts.join('')}} })\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const file = `cli/${name}-${hash.slice(0, 8)}.cjs`;
  return { file, members, text: `//build ${hash}\n${text}`, map: JSON.stringify({ version: 3, sections }) };
}
