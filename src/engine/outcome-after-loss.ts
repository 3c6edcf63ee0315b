import type { Session } from '../postgres/session.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { endOpenTransaction } from './runner/open-transaction.ts';
import { reliably } from './runner/reconnect.ts';

/**
 * The connection was cut while a transaction ran: did it commit? Asks on the control session, a new one if need be, after
 * its transaction has ended. True: the record of this very run is there (`type`: of an application or of a
 * rollback). Throws when the server cannot be
 * asked, and `runner-busy` when that transaction does not end.
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
    await endOpenTransaction(engine, control);
    const there = type === 'applied' ? 'success' : "type = 'rollback'";
    const [row] = await control.session.query(
      `SELECT true AS done FROM ${control.names.migrations} WHERE version = $1 AND run_id = $2::uuid AND ${there}`,
      [version, engine.run.runId],
    );
    return row !== undefined;
  });
}
