import { appliedItems } from '../ledger/write.ts';
import { statementCount } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Application } from './application.ts';
import { bodyItems, roleOf, watchOf } from './application.ts';
import { checkVerify } from './check-verify.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { recordFailure } from './record-failure.ts';
import { recordedMigration } from './recorded.ts';
import { mayChangeRole, mayPrepare, type Worker, type WorkFailure } from './worker.ts';

/**
 * Applies all migrations in one transaction (`--single-transaction`): all or nothing. Returns the problem that undid it;
 * `durations` is filled only when everything is committed.
 */
export async function applyTogether(
  engine: Engine,
  control: Control,
  worker: Worker,
  migrations: readonly PlannedMigration[],
  durations: Map<string, number>,
): Promise<Problem | null> {
  const measured = new Map<string, number>();
  const total = migrations.length;
  try {
    await worker.session.batch([
      worker.begin(migrations.some((one) => mayPrepare(one.migration))).map((one) => one.item),
    ]);
    for (const [i, planned] of migrations.entries()) {
      const recorded = recordedMigration(planned.migration, engine.settings.storeSql);
      const application = { engine, control, worker, planned, recorded, index: i + 1, total };
      const failure = await applyInside(application, measured);
      if (failure) return (await recordFailure(application, failure)).with({ state: ALL_ROLLED_BACK });
    }
    await worker.session.query('COMMIT');
  } catch (error) {
    const problem = databaseProblem(error, 'the transaction was not committed');
    return problem.with({ state: ALL_ROLLED_BACK });
  }
  for (const [i, { version }] of migrations.entries()) {
    const ms = measured.get(version) ?? 0;
    durations.set(version, ms);
    engine.emit({ kind: 'applied', version, index: i + 1, total, ms });
  }
  return null;
}

const ALL_ROLLED_BACK = 'Rolled back, all of it: the database is as it was before this run.';

async function applyInside(application: Application, measured: Map<string, number>): Promise<Problem | undefined> {
  const { engine, control, worker, planned, recorded, index, total } = application;
  const watch = watchOf(application);
  engine.emit({ kind: 'started', version: planned.version, index, total, statements: statementCount(planned.plan) });
  const begun = performance.now();
  try {
    const { failure } = await worker.send(bodyItems(application), watch);
    if (failure) return problemOf(application, failure);
    await checkVerify(worker, planned.migration, watch, roleOf(application));
    const ms = Math.round(performance.now() - begun);
    const event = { event: 'applied' as const, version: planned.version };
    const role = worker.ownRole(mayChangeRole(planned.migration)).map((one) => one.item);
    await worker.session.batch([
      [...role, ...appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: ms })],
    ]);
    measured.set(planned.version, ms);
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error : databaseProblem(error, `${planned.version} failed`);
  }
}

function problemOf(application: Application, failure: WorkFailure): Problem {
  const { planned } = application;
  const all = planned.migration.statements;
  if (!failure.statement || !isDatabaseError(failure.error))
    return databaseProblem(failure.error, `${planned.version} failed`);
  return statementProblem(failure.error, planned.migration, failure.statement.statement, all, roleOf(application));
}

/** What cannot run in one transaction with the others is refused before anything runs. */
export function refuseSteps(migrations: readonly PlannedMigration[]): void {
  const outside = migrations.filter((one) => one.plan.mode === 'steps');
  if (outside.length === 0) return;
  throw new Problem('usage', 'these migrations cannot run in one transaction', {
    found: outside.map((one) => `${one.version} (${one.plan.steps.find((step) => step.reason)?.reason})`).join('; '),
    state: 'Nothing was run.',
    next: ['Leave --single-transaction out, or apply up to the one before with --to.'],
  });
}
