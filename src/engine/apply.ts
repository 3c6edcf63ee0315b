import { statementCount } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import { type Application, lockSubjectOf } from './application.ts';
import { applyInTransaction } from './apply-transaction.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { databaseProblem } from './failure.ts';
import type { Keeper } from './keep/keeper.ts';
import { recordFailure } from './record-failure.ts';
import { recordedMigration } from './recorded.ts';
import { applySteps } from './steps/apply-steps.ts';
import type { Worker } from './worker.ts';

export interface Place {
  readonly index: number;
  readonly total: number;
  readonly announced?: boolean;
  readonly next?: string;
  readonly turn?: () => Promise<void>;
  readonly keeper?: Keeper | undefined;
}

export function applicationOf(
  engine: Engine,
  control: Control,
  worker: Worker,
  planned: PlannedMigration,
  place: Place,
): Application {
  const recorded = recordedMigration(planned.migration, engine.settings.storeSql);
  return { engine, control, worker, planned, recorded, ...place };
}

/** Runs `apply` with a copy of each large table that it destroys, made before; takes the copies away where it fails. */
async function keeping(application: Application, apply: () => Promise<number>): Promise<number> {
  const { keeper, planned } = application;
  // What a data migration changes is as much as a table: it is not kept.
  if (!keeper || planned.plan.mode === 'batches') return apply();
  const subject = lockSubjectOf(application);
  try {
    await keeper.prepare(subject, planned.migration.statements).catch(async (error) => {
      throw await recordFailure(application, databaseProblem(error, `${planned.version}: nothing of it was run`));
    });
    return await apply();
  } catch (error) {
    await keeper.abandon(subject);
    throw error;
  }
}

async function applyOtherwise(application: Application): Promise<number> {
  if (application.planned.plan.mode === 'steps') return applySteps(application);
  const { applyData } = await import('./data/apply-data.ts');
  return applyData(application);
}

/**
 * Applies one migration and records it, or leaves the database as it was (a transactional file) or at a recorded step (one
 * that is not). Returns its duration in milliseconds. Throws a Problem after the failure is on record.
 */
export async function applyMigration(application: Application): Promise<number> {
  const { engine, planned, index, total } = application;
  engine.emit({ kind: 'started', version: planned.version, index, total, statements: statementCount(planned.plan) });
  const ms = await keeping(application, () =>
    planned.plan.mode === 'transaction' ? applyInTransaction(application) : applyOtherwise(application),
  );
  engine.emit({ kind: 'applied', version: planned.version, index, total, ms });
  return ms;
}
