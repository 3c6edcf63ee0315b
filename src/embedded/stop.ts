/** Tells the server to stop. */

import { prepareBinaries } from './binaries.ts';
import { notYours } from './cluster.ts';
import { findBinaries } from './package.ts';
import type { Postmaster } from './pidfile.ts';
import type { Place } from './place.ts';
import { runToEnd } from './run.ts';

/** SIGINT is the fast shutdown (manual, "Shutting Down the Server"); Windows has no signals, and pg_ctl its own way. */
export async function stopProgram(postmaster: Postmaster, place: Place, roots: readonly string[]): Promise<void> {
  if (process.platform === 'win32') {
    const binaries = prepareBinaries(findBinaries(roots), undefined, place.links);
    await runToEnd({ binaries, account: undefined }, 'pg_ctl', place.data, ['stop', '-m', 'fast', '-W']);
    return;
  }
  try {
    process.kill(postmaster.pid, 'SIGINT');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') throw notYours(place.data);
    if (code !== 'ESRCH') throw error;
  }
}
