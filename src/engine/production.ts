import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';

/** Marked so in the client's configuration, or in the database itself. */
export function isProduction({ settings }: Engine, { ledger }: Pick<Control, 'ledger'>): boolean {
  return settings.production || ledger.settings.get('production') === 'true';
}

/** The same for who has no session yet; the database is asked only where the configuration does not say so already. */
export async function isProductionTarget(engine: Engine): Promise<boolean> {
  return engine.settings.production || withControl(engine, async (control) => isProduction(engine, control));
}
