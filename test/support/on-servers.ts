import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Engine } from './engines.ts';

/**
 * The server versions, of those given, on which a file's cases run: all of them, or in the short run of the whole suite
 * (scripts/run-tests.mjs sets TASKFLOW_TEST_SERVERS) one, another one in another file. `file`: import.meta.url.
 */
export function onServers<E extends Engine>(file: string, ...engines: readonly E[]): readonly E[] {
  return inShortRun(basename(file), engines);
}

/** All of them, or in the short run the one that falls to the name. */
export function inShortRun<T>(name: string, all: readonly T[]): readonly T[] {
  if (process.env.TASKFLOW_TEST_SERVERS !== 'one') return all;
  const number = createHash('sha256').update(name).digest().readUInt32BE();
  return [all[number % all.length] as T];
}
