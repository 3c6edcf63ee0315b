// The CLI as packs: files that each hold several chunks of the program, every chunk a function of its own. A command loads the
// packs it needs, and of these runs only the chunks that it uses; what is not run is not compiled. bin/taskflow-db.cjs loads them.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * The packs that stand in front, each with the modules whose chunks it holds. A chunk belongs to the first pack that needs
 * it. Every other module that is loaded with import() makes a pack of its own, and what several of those share is in `shared`.
 */
const FIRST_PACKS = [
  ['cli', /^src\/cli\/(main|create-context)\.ts$/],
  ['engine', /^src\/cli\/commands\/status\.ts$|\/node_modules\/pg\//],
  ['migrate', /^src\/cli\/commands\/migrate\.ts$/],
];

/**
 * Bundles `entryPoint` with these options of esbuild. Returns the paths of what went in, and the packs: `{ file (below
 * dist/), text, map }`, the last of them cli.cjs, which names the others.
 */
export async function buildPacks(options, entryPoint) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [entryPoint],
    format: 'esm',
    splitting: true,
    outdir: 'dist/cli',
    chunkNames: '[name]-[hash]',
    minifySyntax: true,
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
    metafile: true,
  });
  const chunks = new Map(Object.entries(metafile.outputs).map(([path, output]) => [path, chunkOf(path, output)]));
  for (const { path, text } of outputFiles) {
    const chunk = [...chunks.values()].find(({ name }) => basename(path) === name);
    Object.assign(chunk, await asCommonJs(text, options));
  }
  const packs = assign(chunks);
  const named = [...packs].filter(([name]) => name !== 'cli').map(([name, members]) => packText(name, members));
  const table = Object.fromEntries(named.flatMap(({ file, members }) => members.map(({ name }) => [name, file])));
  const entry = basename(entryPoint, '.ts');
  const cli = packText('cli', packs.get('cli'), { entry: `${entry}.js`, packs: table }, 'cli/');
  return { inputs: Object.keys(metafile.inputs), packs: [...named, { ...cli, file: 'cli.cjs' }] };
}

function chunkOf(path, { entryPoint, imports }) {
  const needs = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return { name: basename(path), entryPoint, needs: needs.map((one) => one.path) };
}

/** A chunk as the body of a function (module, exports, require, __dirname), with its map. */
async function asCommonJs(text, { target, platform }) {
  const { code, map } = await transform(text, {
    target,
    platform,
    format: 'cjs',
    supported: { 'dynamic-import': false },
    sourcemap: 'external',
    sourcesContent: false,
  });
  return { code, map: JSON.parse(map) };
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
  const parts = members.map(({ name: chunk, code, map }) => {
    const part = `${JSON.stringify(chunk)}: function (module, exports, require, __dirname) {\n${code}},\n`;
    sections.push({ offset: { line: line + 1, column: 0 }, map: { ...map, sourceRoot } });
    line += part.split('\n').length - 1;
    return part;
  });
  const body = `${begin}${parts.join('')}} })\n`;
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const file = `cli/${name}-${hash.slice(0, 8)}.cjs`;
  return { file, members, text: `//build ${hash}\n${body}`, map: JSON.stringify({ version: 3, sections }) };
}
