import { giveLeaseBackItems, RENEW_EVERY_MS, renewLeaseItem, takeLeaseItem } from '../../ledger/lease.ts';
import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import type { Ledger } from '../../ledger/read.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Row } from '../../postgres/row.ts';
import { type Control, rereadLedger } from '../control.ts';
import type { Engine } from '../engine.ts';
import { Waiting } from './waiting.ts';

/**
 * Runs `use` while no other run works on this database's tracking tables; hands it the ledger as read under the lease. The
 * lease is taken by asking again and again, never by waiting inside the server: a waiting session would hold a snapshot, and
 * a CREATE INDEX CONCURRENTLY of the other run would wait for that.
 *
 * Where the tables are not there or older, there is no lease to take yet: `use` makes them (see writeLayout), which takes
 * it; `use` is called again if another run was quicker.
 */
export async function withRunnerLock<T>(
  engine: Engine,
  control: Control,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const waiting = new Waiting(engine, control);
  for (;;) {
    const ledger = await acquire(engine, control, waiting);
    const stop = renewRegularly(control);
    try {
      return await use(ledger);
    } catch (error) {
      if (!(error instanceof LayoutBusy)) throw error;
    } finally {
      stop();
      await giveBack(control);
    }
    await waiting.patiently(() => waiting.pause());
  }
}

/** Another run is making or upgrading the tracking tables, or did so a moment ago. */
export class LayoutBusy extends Error {}

async function acquire(engine: Engine, control: Control, waiting: Waiting): Promise<Ledger> {
  for (;;) {
    const found = await waiting.patiently(() => readTaking(engine, control));
    if (!found) continue;
    if ((found.ledger.layout ?? 0) < LAYOUT_NEWEST) return found.ledger;
    const [taken] = found.before[0]?.rows ?? [];
    if (taken) {
      await hold(engine, control, taken);
      return found.ledger;
    }
    await waiting.patiently(() => waiting.pause());
  }
}

/** One round trip: takes the lease if it can be had, and reads the ledger behind it. */
async function readTaking(engine: Engine, control: Control) {
  if ((control.ledger.layout ?? 0) >= LAYOUT_NEWEST)
    return rereadLedger(control, [takeLeaseItem(control.names, engine.run, !control.server.pooled)]);
  const { ledger } = await rereadLedger(control);
  if ((ledger.layout ?? 0) < LAYOUT_NEWEST) return { ledger, before: [] };
  return rereadLedger(control, [takeLeaseItem(control.names, engine.run, !control.server.pooled)]);
}

/** The row that takeLeaseItem answered: this run holds the lease from now on. */
export async function hold(engine: Engine, control: Control, taken: Row): Promise<void> {
  control.fence = taken.fence ?? undefined;
  // Its own, from before a connection that was lost while it waited: nothing was done under it.
  if (!taken.old_run || taken.old_run === engine.run.runId) return;
  const { version, event } = await underWay(control, taken.old_run);
  const { old_run: run, old_by: by, old_host: host, old_since: since, old_seen: lastSeen } = taken;
  const detail = { run, by, host, since, lastSeen, after: event };
  await control.write([eventItem(control.names, engine.run, { event: 'taken_over', version, detail })]);
  // Whose session has ended is gone; who only says nothing may have been suspended, and come back.
  const what =
    taken.old_silent === 't' ? `has not been heard of since ${lastSeen}` : 'was cut off: its session has ended';
  const who = `the run of ${by} on ${host}, begun ${since}`;
  engine.emit({ kind: 'note', message: `${who}, ${what}; this one goes on in its place` });
}

/** The last that is on record of a run: what it was at when it was last heard of. */
async function underWay(control: Control, run: string): Promise<{ version: string | null; event: string | null }> {
  const [last] = await control.session.query(
    `SELECT event, version FROM ${control.names.events} WHERE run_id = $1::uuid ORDER BY seq DESC LIMIT 1`,
    [run],
  );
  return { version: last?.version ?? null, event: last?.event ?? null };
}

/** Says every few seconds that the run is alive. A lost session or lease is noticed by what the run does next. */
function renewRegularly(control: Control): () => void {
  const renew = () => {
    const { fence, session } = control;
    if (fence === undefined || session.lost) return;
    session.query(renewLeaseItem(control.names, fence).sql, [fence]).catch(() => {});
  };
  const timer = setInterval(renew, RENEW_EVERY_MS);
  return () => clearInterval(timer);
}

async function giveBack(control: Control): Promise<void> {
  const { fence, session, names, server } = control;
  control.fence = undefined;
  if (fence === undefined || session.lost) return;
  await session.batch([giveLeaseBackItems(names, fence, !server.pooled)]).catch(() => {});
}
