#!/usr/bin/env node
'use strict';
// Starts the program: dist/cli.cjs, and of the packs in dist/cli/ those that the command needs. Node compiles a program
// anew at each start; keeping V8's compiled code in the user's cache folder saves most of that. The cache is only ever a
// help: whatever is wrong with it, the program runs without it.

var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(`taskflow-db needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).`);
  process.exit(2);
}

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const dist = path.join(__dirname, '..', 'dist');

// --- The cache --------------------------------------------------------------------------------------------------------

/** The user's cache folder, or undefined. Code is run from it, so it must be ours and nobody else may write there. */
function cacheRoot() {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA, TASKFLOW_NO_CODE_CACHE } = process.env;
  if (TASKFLOW_NO_CODE_CACHE) return undefined;
  if (process.platform === 'win32') return LOCALAPPDATA && path.join(LOCALAPPDATA, 'taskflow-db', 'code');
  const base = XDG_CACHE_HOME || (HOME && path.join(HOME, '.cache'));
  return base && path.isAbsolute(base) ? path.join(base, 'taskflow-db', 'code') : undefined;
}

function isOurs(folder) {
  if (process.platform === 'win32') return true;
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
}

/** The folder for this build of the program, this V8 and this processor. The first line of cli.cjs names the build, packs and all. */
function cacheOf(program) {
  const root = cacheRoot();
  const build = program.slice(0, program.indexOf('\n')).replace(/[^0-9a-f]/g, '');
  return root && path.join(root, `${build}-${process.versions.v8}-${process.arch}`.replace(/[^\w.-]/g, '_'));
}

/**
 * Where the code of a file is kept for this command: a cache holds the functions that were used when it was made, and
 * those of `version` would not help `status`.
 */
function cacheFile(cache, file) {
  const command = /^[a-z]{2,12}$/.test(process.argv[2] || '') ? process.argv[2] : 'other';
  const { size, mtimeMs } = fs.statSync(file);
  return path.join(cache, `${command}-${path.basename(file, '.cjs')}-${size}-${Math.trunc(mtimeMs)}`);
}

function readCache(file) {
  try {
    return isOurs(path.dirname(file)) ? fs.readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(file, data) {
  try {
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOurs(folder)) return;
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, data, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, file);
  } catch {
    // Read-only or full: the next start compiles again.
  }
}

/** Caches of other builds and other versions of Node; one that is in use after all is made anew. */
function removeOthers(own) {
  const dayAgo = Date.now() - 24 * 3600 * 1000;
  try {
    for (const name of fs.readdirSync(path.dirname(own))) {
      const found = path.join(own, '..', name);
      if (found !== own && fs.statSync(found).mtimeMs < dayAgo) fs.rmSync(found, { recursive: true });
    }
  } catch {
    // Another run was faster.
  }
}

// --- The program ------------------------------------------------------------------------------------------------------

/** The scripts whose code is not in the cache yet, by the file that it belongs into. */
const uncached = new Map();
let cache;

/** The value of a file of dist/: each is one expression, in ASCII. */
function evaluate(file) {
  const source = read(file);
  cache ??= cacheOf(source) || '';
  const kept = cache && cacheFile(cache, file);
  const cachedData = kept ? readCache(kept) : undefined;
  const script = new vm.Script(source, { filename: file, cachedData });
  if (kept && (!cachedData || script.cachedDataRejected)) uncached.set(kept, script);
  return script.runInThisContext();
}

/** V8 takes code only under the flags that it was kept under; those that src/parser sets would spoil it for the next start. */
function takeBackFlags() {
  const { setFlagsFromString } = require('node:v8');
  for (const flag of ['--no-liftoff-only', '--wasm-tier-up', '--wasm-dynamic-tiering']) setFlagsFromString(flag);
  if (process.versions.v8.startsWith('11.3.')) setFlagsFromString('--interrupt-budget=67584');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch (error) {
    const reason = `${file} cannot be read (${error.code}). In a clone of the repository, run: npm run build`;
    if (uses.size > 0) throw new Error(reason); // which the program reports in its own way
    console.error(reason);
    process.exit(2);
  }
}

// Made at the end, so that it holds the functions that were in fact used; a run that failed has not used them all.
process.on('exit', (status) => {
  if (uncached.size === 0 || (status !== 0 && status !== 3)) return;
  takeBackFlags();
  for (const [file, script] of uncached) writeCache(file, script.createCachedData());
  removeOthers(cache);
});

/** The chunks in use: module by name. */
const uses = new Map();

/** Functions (module, exports, require, __dirname) by name, as far as they are read; packs: the file that has it for every other; and the one to begin with. */
const { chunks, packs, entry } = evaluate(path.join(dist, 'cli.cjs'));

/** `require` within chunks: of other chunks, which are written `./NAME`, of packages and of Node's modules. */
function requireFromChunk(id) {
  if (!id.startsWith('./')) return require(id);
  const name = id.slice(2);
  const used = uses.get(name);
  if (used) return used.exports;
  if (!chunks[name]) Object.assign(chunks, evaluate(path.join(dist, packs[name])).chunks);
  const module = { exports: {} };
  uses.set(name, module);
  chunks[name](module, module.exports, requireFromChunk, dist);
  return module.exports;
}

/** `import()` of what is not of the program: the code of migrations. A script by itself has none. */
requireFromChunk.module = (url) => import(url);

requireFromChunk(`./${entry}`);
