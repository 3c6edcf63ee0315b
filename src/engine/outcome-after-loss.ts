import { nothingOpenItem } from '../ledger/lease.ts';
import type { Session } from '../postgres/session.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { pause } from './pause.ts';
import { reliably } from './runner/reconnect.ts';

/** How long to wait for a server process whose client is gone; with client_connection_check_interval it needs one second. */
const BACKEND_GONE_MS_MAX = 15_000;

/**
 * The connection was cut while a transaction ran: did it commit? Asks on the control session, a new one if need be, after
 * the old server process has ended. True: the record of this very run is there (`type`: of an application or of a
 * rollback). Throws when the server cannot be asked.
 */
export function outcomeAfterLoss(
  engine: Engine,
  control: Control,
  session: Session,
  version: string,
  type: 'applied' | 'rollback' = 'applied',
): Promise<boolean> {
  // It may be the control session that was lost: then the other one, too, must end, or nothing would be settled.
  if (!session.lost) session.destroy();
  return reliably(engine, control, async () => {
    await backendGone(engine, control, session.backendPid);
    const there = type === 'applied' ? 'success' : "type = 'rollback'";
    const [row] = await control.session.query(
      `SELECT true AS done FROM ${control.names.migrations} WHERE version = $1 AND run_id = $2::uuid AND ${there}`,
      [version, engine.run.runId],
    );
    return row !== undefined;
  });
}

/** Through a pooler its number is not known; but its transaction holds the row of the lease. */
async function backendGone(engine: Engine, control: Control, pid: number): Promise<void> {
  const { session, server, names } = control;
  const begun = performance.now();
  while (performance.now() - begun < BACKEND_GONE_MS_MAX) {
    const running = server.pooled
      ? (await session.query(nothingOpenItem(names).sql)).length === 0
      : (await session.query(RUNNING, [String(pid)])).length > 0;
    if (!running) return;
    await pause(200, engine.signal);
  }
}

const RUNNING = 'SELECT true FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer';
