import { eventItem, type LedgerEvent } from '../ledger/write.ts';
import { withControl } from './control.ts';
import type { Engine } from './engine.ts';

/** Puts on record what no run writes by itself; where nothing is tracked yet, there is no record. */
export function recordEvent(engine: Engine, event: LedgerEvent): Promise<void> {
  return withControl(engine, async (control) => {
    if ((control.ledger.layout ?? 0) === 0) return;
    await control.session.batch([[eventItem(control.names, engine.run, event)]]);
  });
}
