import { eventItem } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import { type Blocker, blockerName, endSession } from '../../report/blocker.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { RunWatcher } from '../look/run/run-watcher.ts';
import { blockersForRecord } from './record.ts';

export interface EndedBlocker {
  /** What was done; null where it was out of the way by then. */
  readonly how: 'cancelled' | 'terminated' | null;
}

/** Which one is meant: the session, and the transaction that was seen, as it may have gone on since. */
export interface BlockerChoice {
  readonly pid: number;
  readonly transaction: string;
}

/**
 * Gets out of the way who holds what the run at work waits for: cancels the statement of a session that works, ends one that is
 * idle in its transaction. On record. Problem `permission-denied`.
 */
export function endBlocker(engine: Engine, { pid, transaction }: BlockerChoice): Promise<EndedBlocker> {
  return withControl(engine, async (control) => {
    const { run } = await new RunWatcher(engine, () => undefined).look(control.session);
    const found = run?.wait?.blockers.find((one) => one.pid === pid && one.transaction === transaction);
    if (!found) return { how: null };
    if (found.endedBy !== 'this role') throw notAllowed(found, pid);
    const how = found.state === 'active' ? 'cancelled' : 'terminated';
    const [row] = await control.session.query(END[how], [String(pid), transaction]);
    if (row?.done !== 't') return { how: null };
    const detail = { how, blocker: blockersForRecord([found])[0] };
    const version = run?.focus?.version ?? null;
    await control.session.batch([
      [eventItem(control.names, engine.run, { event: 'blocker_cancelled', version, detail })],
    ]);
    return { how };
  });
}

const STILL_THERE = `FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = $1::integer AND EXISTS (
  SELECT FROM pg_catalog.pg_locks AS l WHERE l.pid = a.pid AND l.virtualtransaction = $2)`;

const END = {
  cancelled: `SELECT pg_catalog.pg_cancel_backend(a.pid) AS done ${STILL_THERE}`,
  terminated: `SELECT pg_catalog.pg_terminate_backend(a.pid) AS done ${STILL_THERE}`,
};

function notAllowed(blocker: Blocker, pid: number): Problem {
  return new Problem('permission-denied', `this role may not end ${blockerName(blocker)}`, {
    state: 'Nothing was ended.',
    next: [endSession('End its session', pid, blocker)],
  });
}
