#!/usr/bin/env node
/**
 * Runs the checks of the sources and the tests; see scripts/test.sh, which installs what they need and calls this.
 * One server a PostgreSQL major is shared by all test processes of the run (scripts/test-servers.mjs) and stopped at its end.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleTests } from './bundle-tests.mjs';
import { CHECKS } from './checks.mjs';
import { beginRun, sweep } from './test-servers.mjs';
import { Tally } from './test-tally.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..');
/** For what hangs: on a machine that is slow and busy, too, the longest take a third of it. */
const TEST_FILE_MINUTES_MAX = 10;
const LONG_TEST_FILE_MINUTES_MAX = 60;
/** All tests are meant to take less than 15 minutes on two cores. A busy machine gets more; then we stop, to say what hung. */
const CI_MINUTES_MAX = 40;
/** What takes minutes comes first and the shortest last, so that no processor waits for the end of one long file. */
const LONG_FIRST = [
  'test/docs/',
  'test/faults/',
  'test/transcripts/',
  'test/live/',
  'test/library/',
  'test/engine/',
  'test/cli/',
];
const FAILURE_LINES_MAX = 40;
const FAILURE_LINES_AT_ONCE = 8;
/** With --long=auto: faults in random order for so long, and not beyond what CI gives for everything. */
const SWEEP_MINUTES_MAX = 5;
const SWEEP_UNTIL_MINUTES = 80;
const isCi = process.env.CI === 'true';

const { parts, long, isAuto, checksOnly } = readArguments(process.argv.slice(2));
const tally = new Tally(ROOT, fileLine);

process.chdir(ROOT);
for (const name of Object.keys(process.env)) {
  // The tests find the databases that they make, never one that the caller's environment speaks of.
  const isOurs = name === 'TASKFLOW_TESTS_BEGAN' || name === 'TASKFLOW_TESTS_MISSING';
  if (/^(PG[A-Z]|TASKFLOW_|DATABASE_URL$|NODE_TEST_CONTEXT$|FORCE_COLOR$)/.test(name) && !isOurs)
    delete process.env[name];
}
if (long) process.env.TASKFLOW_TEST_LONG = '1';
// Most live tests are the same on an old server and a new one: in the short run of them all each file has one of the two.
if (parts.length === 0 && !long && !isAuto) process.env.TASKFLOW_TEST_SERVERS = 'one';

const began = Number(process.env.TASKFLOW_TESTS_BEGAN || 0) * 1000 || Date.now();
checkPrograms();
// A part of the tests needs what is built, too.
for (const check of parts.length === 0 ? CHECKS : CHECKS.slice(0, 1)) await runCheck(check);
const files = checksOnly ? [] : testFiles(parts);
if (!checksOnly && files.length === 0) tally.fail('no test files', `in ${parts.join(' ')}`);
if (files.length > 0) await runTests(files);
if (parts.length === 0 && !checksOnly && (long || isAuto)) await sweepFaults();
report();

// --- Arguments and files -----------------------------------------------------------------------------------------------

function readArguments(args) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const unknown = flags.find((flag) => !['--long', '--long=auto', '--checks'].includes(flag));
  const paths = args.filter((arg) => !arg.startsWith('-')).map((path) => relative(ROOT, resolve(path)));
  const absent = paths.find((path) => !existsSync(join(ROOT, path)));
  if (unknown || absent) {
    console.log(
      unknown ? `error: unknown flag ${unknown}; known: --long --long=auto --checks` : `error: there is no ${absent}`,
    );
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  return {
    parts: paths,
    long: flags.includes('--long'),
    isAuto: flags.includes('--long=auto'),
    checksOnly: flags.includes('--checks'),
  };
}

function testFiles(paths) {
  const found = (paths.length > 0 ? paths : ['test']).flatMap((path) =>
    statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => join(path, name)) : [path],
  );
  const own = found.filter((path) => path.endsWith('.test.ts') && !path.split('/').includes('node_modules'));
  return [...new Set(own)].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

function rank(path) {
  const place = LONG_FIRST.findIndex((folder) => path.startsWith(folder));
  return place < 0 ? LONG_FIRST.length : place;
}

// --- Checks ------------------------------------------------------------------------------------------------------------

/** Programs that scripts/test.sh could not get. Elsewhere than in CI the tests that need them tell. */
function checkPrograms() {
  for (const line of (process.env.TASKFLOW_TESTS_MISSING ?? '').split('\n').filter(Boolean)) {
    const [program, debianPackage] = line.split(' ');
    const says = `${program} is missing, and could not be installed (Debian: ${debianPackage})`;
    if (isCi) tally.fail(says, '');
    else console.log(`warning: ${says}`);
  }
}

async function runCheck({ name, run }) {
  const start = Date.now();
  const wrong = await run();
  progressLine(wrong === '', name, Date.now() - start);
  if (wrong === '') tally.passed += 1;
  else tally.fail(name, wrong);
}

// --- Tests -------------------------------------------------------------------------------------------------------------

async function runTests(paths) {
  await sweep();
  const endRun = beginRun();
  const bundled = await bundleTests(
    paths.map((path) => join(ROOT, path)),
    join(process.env.TASKFLOW_TEST_RUN, 'tests'),
  );
  const child = spawn(process.execPath, nodeArguments([...bundled.keys()]), { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopEarly = watch(child);
  const closed = new Promise((done) => child.on('close', (status, signal) => done(signal ?? status)));
  const source = (path) => bundled.get(path) ?? path;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    tally.add({ ...event, name: source(event.name), file: source(event.file) });
  }
  tally.finish();
  const status = await closed;
  const stopped = stopEarly();
  await endRun();
  const unfinished = paths.filter((path) => !tally.durations.has(path)).map((path) => `  ${path}`);
  if (stopped) tally.fail(stopped, ['not finished:', ...unfinished].join('\n'));
  else if (unfinished.length > 0)
    tally.fail(`the test runner ended early (${status})`, ['not finished:', ...unfinished].join('\n'));
  else if (status !== 0 && tally.failures.length === 0) tally.fail('the test runner', `ended with status ${status}`);
}

/** After the tests: with --long every fault, else as many as fit into some minutes, other ones each time. */
async function sweepFaults() {
  const left = Math.floor(SWEEP_UNTIL_MINUTES - (Date.now() - began) / 60_000);
  const minutes = Math.min(SWEEP_MINUTES_MAX, left);
  if (!long && minutes < 1) return console.log('\nFaults: only the sample of the tests; no time is left for more');
  console.log(`\nFaults: ${long ? 'every case' : `as many as fit in ${minutes} minutes, in random order`}`);
  const start = Date.now();
  const endRun = beginRun();
  const args = ['scripts/fault-sweep.mjs', ...(long ? [] : ['--minutes', String(minutes)])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  const closed = new Promise((done) => child.on('close', done));
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  const status = await closed;
  await endRun();
  const [, passed = 0] = /^(\d+) passed/.exec(lines.at(-1) ?? '') ?? [];
  console.log(lines.slice(-14).join('\n'));
  progressLine(status === 0, 'scripts/fault-sweep.mjs', Date.now() - start, passed);
  tally.passed += Number(passed);
  if (status !== 0) tally.fail('scripts/fault-sweep.mjs', lines.join('\n'));
}

function nodeArguments(paths) {
  const minutes = long ? LONG_TEST_FILE_MINUTES_MAX : TEST_FILE_MINUTES_MAX;
  return [
    '--enable-source-maps',
    '--test',
    '--test-concurrency=3',
    `--test-timeout=${minutes * 60_000}`,
    '--test-reporter=./scripts/test-reporter.mjs',
    ...paths,
  ];
}

/** Ends the tests on Ctrl-C, and in CI when the time is up. Returns what tells why, if it did. */
function watch(child) {
  let why;
  const stop = (reason) => {
    why ??= reason;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (name) => stop(`interrupted (${name})`);
  for (const name of names) process.on(name, onSignal);
  const left = began + CI_MINUTES_MAX * 60_000 - Date.now();
  const timer = isCi && !long ? setTimeout(() => stop(`stopped after ${CI_MINUTES_MAX} minutes`), left) : undefined;
  return () => {
    clearTimeout(timer);
    for (const name of names) process.off(name, onSignal);
    return why;
  };
}

// --- Report ------------------------------------------------------------------------------------------------------------

function progressLine(isGood, text, ms, note = '') {
  const width = 80 - 8 - 10 - (note ? note.length + 1 : 0);
  const cut = text.length > width ? `…${text.slice(1 - width)}` : text.padEnd(width);
  console.log(`${isGood ? 'ok  ' : 'FAIL'}  ${cut} ${note}${`${(ms / 1000).toFixed(1)} s`.padStart(9)}`.trimEnd());
}

/** With a failure's beginning at once: whoever sees but a part of a long log should see it there, too. */
function fileLine({ path, passed, failed, ms }) {
  progressLine(failed === 0, path, ms, failed === 0 ? `${passed}` : `${failed} of ${passed + failed}`);
  for (const failure of failed === 0 ? [] : tally.failures.slice(-failed)) tellFailure(failure, FAILURE_LINES_AT_ONCE);
}

function report() {
  for (const failure of tally.failures) tellFailure(failure, FAILURE_LINES_MAX);
  slowest();
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`\n${Math.floor(seconds / 60)} min ${seconds % 60} s in all`);
  console.log(`${tally.passed} passed, ${tally.failures.length} failed`);
  process.exitCode = tally.failures.length === 0 ? 0 : 1;
}

function tellFailure({ title, text }, linesMax) {
  const lines = text.replaceAll(`${ROOT}/`, '').split('\n');
  const shown = lines.slice(0, linesMax);
  if (lines.length > shown.length) shown.push(`(${lines.length - shown.length} more lines)`);
  console.log(['', `FAIL  ${title}`, ...shown.map((line) => `      ${line}`.trimEnd())].join('\n'));
}

function slowest() {
  const files = [...tally.durations].sort(([, a], [, b]) => b - a).slice(0, 10);
  if (files.length < 2) return;
  console.log('\nSlowest files');
  for (const [path, ms] of files) console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${path}`);
}
