import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';

/** The letters `tftr`; advisory locks are of one database each. */
const LOCK = '1952871538';

/** The server notices at once that an idle session has lost its client; so long it is waited for. */
const LOCK_WAIT_MS = 3000;
/** A session that is ended rolls its transaction back first. */
const END_WAIT_MS = 15_000;
const EVERY_MS = 100;

/**
 * Makes sure that nobody else loads tables into this database, as long as the session lives. What a killed restore has left, a
 * pg_restore that goes on, or a statement that its server process has not come to the end of, is ended, and said: it would commit
 * behind our back. Problem `restore-refused` where a living run is at work.
 */
export async function beAlone(engine: Engine, session: Session, database: string): Promise<void> {
  if (!(await within(LOCK_WAIT_MS, () => tryLock(session)))) throw atWork(database);
  const left = await loading(session);
  for (const pid of left) {
    await end(session, pid, database);
    const message = `Ended the server process ${pid}, in which a restore of tables that was killed still worked: its transaction is undone.`;
    engine.emit({ kind: 'warning', message });
  }
}

async function tryLock(session: Session): Promise<boolean> {
  const [row] = await session.query('SELECT pg_catalog.pg_try_advisory_lock($1::bigint) AS mine', [LOCK]);
  return row?.mine === 't';
}

/** Who has the lock has no such session yet: they are of runs that are gone. */
async function loading(session: Session): Promise<string[]> {
  const rows = await session.query(
    `SELECT pid FROM pg_catalog.pg_stat_activity
WHERE datname = pg_catalog.current_database() AND application_name = 'taskflow-db table restore'`,
  );
  return rows.map(({ pid }) => pid ?? '');
}

async function end(session: Session, pid: string, database: string): Promise<void> {
  try {
    await session.query('SELECT pg_catalog.pg_terminate_backend($1::integer)', [pid]);
  } catch (error) {
    throw isDatabaseError(error) ? databaseProblem(error, stillLoads(pid, database)) : error;
  }
  const isGone = await within(END_WAIT_MS, async () => !(await loading(session)).includes(pid));
  if (!isGone) throw new Problem('restore-refused', stillLoads(pid, database), { state: 'Nothing was changed.' });
}

function stillLoads(pid: string, database: string): string {
  return `A restore of tables that was killed still works in ${database}, in the server process ${pid}, and cannot be ended`;
}

function atWork(database: string): Problem {
  return new Problem('restore-refused', `Another restore loads tables into ${database} at this moment.`, {
    state: 'Nothing was changed.',
    next: ['Wait until it is done, and run the command again.'],
  });
}

/** Asks again and again, for so long at the most. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  for (const until = performance.now() + ms; ; ) {
    if (await isSo()) return true;
    if (performance.now() >= until) return false;
    await sleep(EVERY_MS);
  }
}
