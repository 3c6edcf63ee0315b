// Runs variants in turn (A B C A B C ...), so that a busy moment of the machine hits all of them alike.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WAIT4 = join(dirname(fileURLToPath(import.meta.url)), 'wait4.py');

/**
 * One run of a command: `{ wallMs, cpuMs (user and system, of the command and its children), peakMb }`. Throws with the
 * command's output when it ends with another status than 0.
 */
export async function runOnce(folder, { command, cwd, env }) {
  const report = join(folder, `usage-${process.pid}.json`);
  const child = spawn('python3', [WAIT4, report, ...command], {
    cwd: cwd ?? folder,
    env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const { status, ...usage } = JSON.parse(readFileSync(report, 'utf8'));
  if (status !== 0) throw new Error(`${command.slice(0, 4).join(' ')} ended with ${status}:\n${output.tail()}`);
  return usage;
}

/** The last part of what a child says; the rest is read and dropped. */
function collect(child) {
  let text = '';
  const take = (data) => {
    text = (text + data).slice(-4000);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return { tail: () => text };
}

/**
 * Runs every variant `rounds` times, in turn, after one round that does not count (it fills caches). A variant is `{ name, prepare?, command, check? }`: `prepare` gives what the
 * command may use (a fresh database), `check` throws unless the database is as it should be. A variant that fails is
 * dropped and its failure kept.
 */
export async function interleave(folder, variants, rounds, log) {
  const runs = new Map(variants.map((one) => [one.name, []]));
  const failures = new Map();
  for (let round = rounds >= 3 ? 0 : 1; round <= rounds; round++) {
    for (const variant of variants) {
      if (failures.has(variant.name)) continue;
      try {
        const usage = await runVariant(folder, variant);
        if (round > 0) runs.get(variant.name).push(usage);
      } catch (error) {
        failures.set(variant.name, error.message);
      }
    }
    if (round > 0)
      log(`round ${round} of ${rounds}: ${variants.map((one) => lastOf(runs.get(one.name), one.name)).join(', ')}`);
  }
  return variants.map(({ name }) => summary(name, runs.get(name), failures.get(name)));
}

async function runVariant(folder, variant) {
  const prepared = await variant.prepare?.();
  try {
    const usage = await runOnce(folder, variant.command(prepared));
    await variant.check?.(prepared);
    return usage;
  } finally {
    await variant.finish?.(prepared);
  }
}

function lastOf(runs, name) {
  const last = runs.at(-1);
  return last ? `${name} ${Math.round(last.wallMs)} ms` : `${name} failed`;
}

function summary(name, runs, failure) {
  if (failure || runs.length === 0) return { name, failure: failure ?? 'no run' };
  const spread = (key) => spreadOf(runs.map((run) => run[key]));
  return { name, runs: runs.length, wallMs: spread('wallMs'), cpuMs: spread('cpuMs'), peakMb: spread('peakMb') };
}

export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { min: round(sorted[0]), median: round(median), max: round(sorted.at(-1)) };
}

function round(value) {
  return Math.round(value * 10) / 10;
}

export function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
