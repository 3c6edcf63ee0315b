#!/usr/bin/env node
'use strict';
// Starts dist/cli.cjs. Node compiles a program anew at each start; keeping V8's compiled code in the user's cache folder
// saves most of that. The cache is only ever a help: whatever is wrong with it, the program runs without it.

var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(`taskflow-db needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).`);
  process.exit(2);
}

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const program = path.join(__dirname, '..', 'dist', 'cli.cjs');

/** The user's cache folder, or undefined. Code is run from it, so it must be ours and nobody else may write there. */
function cacheFolder() {
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
    removeOthers(folder, path.basename(file));
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, data, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, file);
  } catch {
    // Read-only or full: the next start compiles again.
  }
}

/** Caches of other builds and other versions of Node; one that is in use after all is made anew. */
function removeOthers(folder, own) {
  const dayAgo = Date.now() - 24 * 3600 * 1000;
  const ours = own.slice(own.indexOf('-'));
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (!name.endsWith(ours) && fs.statSync(file).mtimeMs < dayAgo) fs.unlinkSync(file);
  }
}

/**
 * Which file of code belongs to this program, this Node, this processor and this command: a cache holds the functions
 * that were used when it was made, and those of `version` would not help `status` (10 ms).
 */
function cacheName(source, stat) {
  const build = source.slice(0, source.indexOf('\n')).replace(/[^0-9a-f]/g, '');
  const command = /^[a-z]{2,12}$/.test(process.argv[2] || '') ? process.argv[2] : 'other';
  const parts = [command, build, stat.size, Math.trunc(stat.mtimeMs), process.versions.v8, process.arch];
  return parts.join('-').replace(/[^\w.-]/g, '_');
}

function readProgram() {
  try {
    return fs.readFileSync(program, 'latin1'); // the bundle is pure ASCII
  } catch (error) {
    console.error(`${program} cannot be read (${error.code}). In a clone of the repository, run: npm run build`);
    process.exit(2);
  }
}

const source = readProgram();
const folder = cacheFolder();
const file = folder && path.join(folder, cacheName(source, fs.statSync(program)));
const cachedData = file && readCache(file);
const script = new vm.Script(require('node:module').wrap(source), {
  filename: program,
  cachedData,
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (file && (!cachedData || script.cachedDataRejected)) {
  // Made at the end, so that it holds the functions that were in fact used; a run that failed has not used them all.
  process.on('exit', (status) => {
    if (status === 0 || status === 3) writeCache(file, script.createCachedData());
  });
}
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, require, module_, program, path.dirname(program));
