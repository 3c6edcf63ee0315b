import { appliedItems } from '../../ledger/write.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { recordedMigration } from '../recorded.ts';

/**
 * Puts squashes on record whose migrations are all in force, as baseline: nothing is run. Each takes the place of the last one
 * that it stands for, so that what was applied behind that can still be undone; its SQL, which did not run here, is not stored.
 */
export async function recordStandIns(
  engine: Engine,
  control: Control,
  squashes: readonly MigrationStatus[],
): Promise<void> {
  for (const { version, file, entry, replaces = [] } of squashes) {
    if (!file || !entry) continue;
    const stands = replaces.map((one) => one.version);
    const event = { event: 'baselined' as const, version, detail: { replaces: stands } };
    const recorded = recordedMigration(file.load(), false, 'baseline');
    await control.write([
      ...appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: 0 }),
      {
        sql: `UPDATE ${control.names.migrations} SET applied_order = $2::bigint WHERE version::text = $1`,
        params: [version, String(entry.appliedOrder)],
      },
    ]);
    engine.emit({ kind: 'note', message: `${version} is on record for the ${stands.length} migrations it stands for` });
  }
}
