import type { Session } from '../postgres/session.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { pause } from './pause.ts';

/** How long to wait for a server process whose client is gone; with client_connection_check_interval it needs one second. */
const BACKEND_GONE_MS_MAX = 15_000;

/**
 * The connection was cut while a transaction ran: did it commit? Asks on the control session, after the old server process
 * has ended. True: the record of this very run is there. Throws when the control session is gone too.
 */
export async function outcomeAfterLoss(
  engine: Engine,
  control: Control,
  session: Session,
  version: string,
): Promise<boolean> {
  await backendGone(engine, control, session.backendPid);
  const [row] = await control.session.query(
    `SELECT true AS applied FROM ${control.names.migrations} WHERE version = $1 AND run_id = $2::uuid AND success`,
    [version, engine.run.runId],
  );
  return row !== undefined;
}

async function backendGone(engine: Engine, control: Control, pid: number): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < BACKEND_GONE_MS_MAX) {
    const [row] = await control.session.query('SELECT true FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer', [
      String(pid),
    ]);
    if (!row) return;
    await pause(200, engine.signal);
  }
}
