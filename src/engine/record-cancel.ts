import { eventItem } from '../ledger/write.ts';
import { withControl } from './control.ts';
import type { Engine } from './engine.ts';

/** Puts on record that somebody has asked this run to stop; where nothing is tracked yet, there is no record. */
export function recordCancel(engine: Engine, run: string): Promise<void> {
  return withControl(engine, async (control) => {
    if ((control.ledger.layout ?? 0) === 0) return;
    const event = { event: 'cancel_requested' as const, version: null, detail: { run } };
    await control.session.batch([[eventItem(control.names, engine.run, event)]]);
  });
}
