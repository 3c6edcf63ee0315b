import { reconcile } from '../../plan/reconcile.ts';
import { planSteps } from '../../plan/steps.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { rereadLedger } from '../control.ts';
import { undo } from '../undo.ts';
import type { Bed } from './bed.ts';

/** Goes the migration's way back, as `rollback` does. Throws the Problem of the statement that fails. */
export async function undoOn({ engine, control, worker }: Bed, planned: PlannedMigration): Promise<void> {
  const { version, migration, status } = planned;
  const statements = migration.rollback.kind === 'sql' ? migration.rollback.statements : [];
  const { ledger } = await rereadLedger(control);
  const [known] = reconcile(
    status.file ? [status.file] : [],
    ledger.entries.filter((entry) => entry.version === version),
  );
  const plan = planSteps(statements, control.server.versionNum, { none: migration.headers.transaction === 'none' });
  await undo(
    engine,
    control,
    worker,
    { version, status: known ?? status, source: migration, plan },
    { index: 1, total: 1 },
  );
}
