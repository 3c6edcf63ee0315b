#!/usr/bin/env node
/**
 * Tries every fault of test/faults on real servers: kills, cuts, crashes, races (docs/TESTING.md, "Faults").
 *
 *   node scripts/fault-sweep.mjs                   all of them, on every core
 *   node scripts/fault-sweep.mjs --only KIND       one kind
 *   node scripts/fault-sweep.mjs --case NAME       one case, or all that begin so
 *   node scripts/fault-sweep.mjs --sample          the part that every test run tries
 *   --seed N     repeats what chance decided        --jobs N   processes
 *   --minutes N  begins no case after that time     --verbose  names every case
 *
 * The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..');
const FAILURES_SHOWN_MAX = 20;

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: String(Math.min(6, availableParallelism() + 1)) },
    only: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    sample: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

process.chdir(ROOT);
const begun = Date.now();
const tally = new Map();
const failures = [];
let left = 0;
console.log(`seed ${flags.seed}`);
const jobs = Number(flags.jobs);
const statuses = await Promise.all(Array.from({ length: jobs }, (_, i) => runPart(i, jobs)));
report();

async function runPart(index, of) {
  const choice = {
    seed: flags.seed,
    all: !flags.sample,
    part: { index, of },
    ...(flags.only ? { only: flags.only } : {}),
    ...(flags.case ? { named: flags.case } : {}),
    ...(flags.minutes ? { msMax: Number(flags.minutes) * 60_000 } : {}),
  };
  const loader = './test/node_modules/tsx/dist/loader.mjs';
  const child = spawn(process.execPath, ['--import', loader, 'test/faults/sweep-main.ts', JSON.stringify(choice)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((done) => child.on('close', done));
  for await (const line of createInterface({ input: child.stdout })) heard(JSON.parse(line));
  return closed;
}

function heard(said) {
  if (said.failures) {
    failures.push(...said.failures);
    left += said.left;
    return;
  }
  const kind = said.name.split('/')[0];
  const sum = tally.get(kind) ?? { cases: 0, failed: 0, ms: 0 };
  tally.set(kind, { cases: sum.cases + 1, failed: sum.failed + (said.ok ? 0 : 1), ms: sum.ms + said.ms });
  if (!said.ok || flags.verbose) console.log(`${said.ok ? 'ok   ' : 'FAIL '}  ${said.name}  ${said.ms} ms`);
}

function report() {
  for (const { name, text, repeat } of failures.slice(0, FAILURES_SHOWN_MAX)) {
    console.log(`\nFAIL  ${name}\n${text.replace(/^/gm, '      ')}\n      again: ${repeat}`);
  }
  if (failures.length > FAILURES_SHOWN_MAX) console.log(`\n... and ${failures.length - FAILURES_SHOWN_MAX} more`);
  console.log('');
  for (const [kind, { cases, failed, ms }] of tally) {
    const said = `${cases} cases, ${failed} failed, ${Math.round(ms / cases)} ms each`;
    console.log(`${kind.padEnd(12)} ${said}`);
  }
  const crashed = statuses.filter((status) => status !== 0).length;
  const count = [...tally.values()].reduce((sum, { cases }) => sum + cases, 0);
  if (left > 0) console.log(`${left} cases not tried: the time was up`);
  console.log(`seed ${flags.seed}, ${jobs} processes, ${Math.round((Date.now() - begun) / 1000)} s`);
  console.log(`${count - failures.length} passed, ${failures.length + crashed} failed`);
  process.exitCode = failures.length + crashed > 0 || count === 0 ? 1 : 0;
}
