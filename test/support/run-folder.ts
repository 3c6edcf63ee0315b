/**
 * The folder that the test processes of one run share, and its keeper: a shell loop that outlives them all, stops the
 * servers once the last one is gone (crashed ones count as gone), and removes the folder.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../../src/embedded/lock.ts';

export const REPOSITORY = resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const TOOL = join(REPOSITORY, 'scripts', 'test-servers.mjs');

/** Set by the suite's runner; a test file started by hand shares servers with others of the same checkout. */
const GIVEN = process.env.TASKFLOW_TEST_RUN;
const DEFAULT = `/tmp/taskflow-tests-${process.getuid?.() ?? 0}-${createHash('sha256').update(REPOSITORY).digest('hex').slice(0, 10)}`;

/** How long servers wait for the next test process: between two files of a suite, or between two runs by hand (seconds). */
const LINGER_S = Number(process.env.TASKFLOW_TEST_LINGER ?? (GIVEN ? 30 : 180));

/** Distinguishes what one suite made from what the next makes: by hand, `node --test` is the parent of all its files. */
export const runKey = GIVEN ? 'run' : String(process.ppid);

const KEEPER = `
folder=$1 linger=$2 idle=0
alive() { [ -e "/proc/$1/cwd/." ]; }
used() {
  for user in "$folder"/users/*; do
    pid=\${user##*/}
    if [ "$pid" != '*' ] && alive "$pid"; then return 0; fi
  done
  return 1
}
while sleep 1 && [ -d "$folder" ]; do
  if used; then idle=0; else idle=$((idle + 1)); fi
  if [ "$idle" -ge "$linger" ]; then "$3" "$4" stop "$folder"; exit; fi
done
`;

let opened: Promise<string> | undefined;

/** The run's folder, with this process registered as a user of it until it ends. */
export function runFolder(): Promise<string> {
  opened ??= open(GIVEN ?? DEFAULT);
  return opened;
}

async function open(folder: string): Promise<string> {
  mkdirSync(join(folder, 'users'), { recursive: true });
  chmodSync(folder, 0o755);
  const mark = join(folder, 'users', String(process.pid));
  writeFileSync(mark, '');
  process.on('exit', () => rmSync(mark, { force: true }));
  await withLock(join(folder, 'keeper.lock'), async () => ensureKeeper(folder));
  return folder;
}

function ensureKeeper(folder: string): void {
  const file = join(folder, 'keeper');
  if (existsSync(file) && existsSync(`/proc/${readFileSync(file, 'utf8')}/cwd/.`)) return;
  spawnSync(process.execPath, [TOOL, 'sweep'], { stdio: 'inherit' });
  const args = ['-c', KEEPER, 'taskflow-test-keeper', folder, String(LINGER_S), process.execPath, TOOL];
  const keeper = spawn('/bin/sh', args, { cwd: '/', detached: true, stdio: 'ignore' });
  keeper.unref();
  writeFileSync(file, String(keeper.pid));
}

/** Stops every server of the run now and removes its folder; for the end of a suite. */
export function stopAll(): void {
  spawnSync(process.execPath, [TOOL, 'stop', GIVEN ?? DEFAULT], { stdio: 'inherit' });
  opened = undefined;
}
