/** A sweep as tests, one for each kind: its sample, or with `--long` every case, on as many processes as this machine has cores. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../support/run-folder.ts';
import { KINDS } from './kinds.ts';
import { sweep } from './sweep.ts';

const isLong = process.env.TASKFLOW_TEST_LONG === '1';
/** Given to repeat a run of the tests. */
const seed = process.env.TASKFLOW_FAULT_SEED ?? String(Date.now() % 1_000_000);

export function sweepTest(names: readonly string[]): void {
  for (const kind of KINDS.filter(({ name }) => names.includes(name))) {
    test(`${kind.name}: ${isLong ? 'every case' : 'a sample'} (seed ${seed})`, async (context) => {
      if (isLong) return await whole(kind.name);
      const { cases, failures, known, ms } = await sweep({ seed, kinds: [kind], all: false });
      context.diagnostic(`${cases} cases, ${known} failed as known, ${Math.round(ms)} ms`);
      const said = failures.map(({ name, text, repeat }) => `${name}\n${text}\nagain: ${repeat}`);
      assert.equal(failures.length, 0, said.join('\n\n'));
      assert.ok(cases > 0);
    });
  }
}

/** By the script, which runs several processes. */
function whole(kind: string): Promise<void> {
  const program = join(REPOSITORY, 'scripts', 'fault-sweep.mjs');
  const child = spawn(process.execPath, [program, '--only', kind, '--seed', seed], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const text = Buffer.concat(parts).toString();
      if (status === 0) resolve();
      else reject(new Error(text.slice(-6000)));
    });
  });
}
