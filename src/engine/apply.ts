import { statementCount } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import type { Application } from './application.ts';
import { applySteps } from './apply-steps.ts';
import { applyInTransaction } from './apply-transaction.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { recordedMigration } from './recorded.ts';
import type { Worker } from './worker.ts';

/**
 * Applies one migration and records it, or leaves the database as it was (a transactional file) or at a recorded step (one
 * that is not). Returns its duration in milliseconds. Throws a Problem after the failure is on record.
 */
export async function applyMigration(
  engine: Engine,
  control: Control,
  worker: Worker,
  planned: PlannedMigration,
  place: { index: number; total: number; announced?: boolean; next?: string },
): Promise<number> {
  const recorded = recordedMigration(planned.migration, engine.settings.storeSql);
  const application: Application = { engine, control, worker, planned, recorded, ...place };
  const statements = statementCount(planned.plan);
  const { index, total } = place;
  engine.emit({ kind: 'started', version: planned.version, index, total, statements });
  const ms = planned.plan.mode === 'steps' ? await applySteps(application) : await applyInTransaction(application);
  engine.emit({ kind: 'applied', version: planned.version, index, total, ms });
  return ms;
}
