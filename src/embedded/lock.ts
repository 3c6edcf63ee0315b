/**
 * One process at a time creates or starts. This lock only saves work: that two at once do no harm rests on stronger
 * ground (a cluster appears by one rename; PostgreSQL's own lock file admits one server; CREATE DATABASE one database).
 * So a lock whose holder is gone may be taken without ceremony.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from './pidfile.ts';

const WAIT_MS_MAX = 60_000;
const POLL_MS = 15;

export async function withLock<T>(file: string, task: () => Promise<T>): Promise<T> {
  const held = await acquire(file);
  try {
    return await task();
  } finally {
    if (held) rmSync(file, { force: true });
  }
}

/** False when the wait was too long; the task then runs all the same. */
async function acquire(file: string): Promise<boolean> {
  for (const end = Date.now() + WAIT_MS_MAX; Date.now() < end; await sleep(POLL_MS)) {
    if (create(file)) return true;
    if (isAbandoned(file)) rmSync(file, { force: true });
  }
  return false;
}

function create(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(file: string): boolean {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return pid > 0 ? !exists(pid) : Date.now() - statSync(file).mtimeMs > 5_000;
  } catch {
    return false;
  }
}
