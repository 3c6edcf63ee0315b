import { eventItem, failedItem } from '../ledger/write.ts';
import type { SkippedMigration } from '../plan/up.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { recordedMigration } from './recorded.ts';

/** Says that a migration is skipped and why, and puts it on record once: it is never late when it can be applied. */
export async function recordSkipped(engine: Engine, control: Control, skipped: SkippedMigration): Promise<void> {
  const { version, reason, migration, status } = skipped;
  engine.emit({ kind: 'skipped', version, reason });
  if (status.state === 'skipped' && status.entry?.errorMessage === reason) return;
  const recorded = recordedMigration(migration, false, 'skipped');
  const outcome = { errorMessage: reason, stepsDone: null, stepsTotal: null };
  await control.write([
    failedItem(control.names, engine.run, recorded, outcome),
    eventItem(control.names, engine.run, { event: 'skipped', version, detail: { reason } }),
  ]);
}
