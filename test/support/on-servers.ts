import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Engine } from './engines.ts';

/**
 * The server versions, of those given, on which a file's cases run: all of them, or in the short run of the whole suite
 * (scripts/run-tests.mjs sets TASKFLOW_TEST_SERVERS) one, another one in another file. `file`: import.meta.url.
 */
export function onServers<E extends Engine>(file: string, ...engines: readonly E[]): readonly E[] {
  if (process.env.TASKFLOW_TEST_SERVERS !== 'one') return engines;
  const number = createHash('sha256').update(basename(file)).digest().readUInt32BE();
  return [engines[number % engines.length] as E];
}
