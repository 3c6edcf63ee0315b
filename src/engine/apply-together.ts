import { appliedItems } from '../ledger/write.ts';
import { statementCount } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Application } from './application.ts';
import { bodyItems, lockSubjectOf, roleOf, watchOf } from './application.ts';
import { afterLoss } from './apply-transaction.ts';
import { checkVerify } from './check-verify.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { databaseProblem, isDatabaseError, statementProblem } from './failure.ts';
import { keeperOf } from './keep/keeper.ts';
import { readDestroying } from './keep/read-destroying.ts';
import { withLockRetries } from './locks/retries.ts';
import { recordFailure } from './record-failure.ts';
import { recordedMigration } from './recorded.ts';
import type { WorkFailure } from './work-items.ts';
import { mayChangeRole, mayPrepare, type Worker } from './worker.ts';

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
  const total = migrations.length;
  const destroying = await readDestroying(
    engine,
    migrations.map((one) => one.migration),
  );
  const all = migrations.map((planned, i): Application => {
    const recorded = recordedMigration(planned.migration, engine.settings.storeSql);
    const keeper = keeperOf({ engine, control }, planned.version, destroying);
    return { engine, control, worker, planned, recorded, keeper, index: i + 1, total };
  });
  let current = all[0]!;
  const subject = { ...lockSubjectOf(current), version: () => current.planned.version };
  const outcome = await withLockRetries(subject, ({ lockTimeoutMs }) =>
    attemptAll(worker, all, (application) => {
      current = application;
      return { ...application, lockTimeoutMs };
    }),
  );
  if (outcome instanceof Problem) return undone(all, outcome);
  for (const { planned, index, keeper } of all) {
    keeper?.tell();
    const ms = outcome.get(planned.version) ?? 0;
    durations.set(planned.version, ms);
    engine.emit({ kind: 'applied', version: planned.version, index, total, ms });
  }
  return null;
}

/** The durations when everything is committed, else the problem of the one that failed. */
async function attemptAll(
  worker: Worker,
  all: readonly Application[],
  begin: (application: Application) => Application,
): Promise<Map<string, number> | Problem> {
  const measured = new Map<string, number>();
  const prepares = all.some(({ planned }) => mayPrepare(planned.migration));
  const last = all.at(-1)!;
  try {
    const begun = await worker.session.runBatch([worker.begin(prepares).map((one) => one.item)]);
    if (begun.failure) return databaseProblem(begun.failure.error, NOT_COMMITTED);
    for (const application of all) {
      const failure = await applyInside(begin(application), measured);
      if (failure?.code === 'connection-lost') throw failure.fields.cause ?? failure;
      if (failure) return failure.with({ version: application.planned.version });
    }
    const { results, failure } = await worker.session.runBatch([[{ sql: 'COMMIT' }]]);
    if (failure) return databaseProblem(failure.error, NOT_COMMITTED);
    const tag = results[0]?.[0]?.tag;
    return tag === 'COMMIT' ? measured : new Problem('internal', `the server answered COMMIT with ${tag ?? 'nothing'}`);
  } catch (error) {
    const outcome = await afterLoss(last, error);
    return outcome instanceof Problem ? outcome : measured;
  }
}

const NOT_COMMITTED = 'the transaction was not committed';

/** Puts the failure on record for the one it happened in; the problem says that all of it is undone. */
async function undone(all: readonly Application[], problem: Problem): Promise<Problem> {
  const failed = all.find(({ planned }) => planned.version === problem.fields.version) ?? all.at(-1)!;
  return recordFailure(failed, problem.with({ state: problem.fields.state ?? ALL_ROLLED_BACK }));
}

const ALL_ROLLED_BACK = 'Rolled back, all of it: the database is as it was before this run.';

async function applyInside(application: Application, measured: Map<string, number>): Promise<Problem | undefined> {
  const { engine, control, worker, planned, recorded, index, total, keeper } = application;
  keeper?.begin();
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
    const kept = [...(keeper?.records() ?? [])].map((one) => one.item);
    await worker.session.batch([
      [...role, ...kept, ...appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: ms })],
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

function reasonOf({ plan }: PlannedMigration): string {
  if (plan.mode === 'batches') return 'a data migration: each of its batches is a transaction';
  return plan.steps.find((step) => step.reason)?.reason ?? '';
}

/** What cannot run in one transaction with the others is refused before anything runs. */
export function refuseSteps(migrations: readonly PlannedMigration[]): void {
  const outside = migrations.filter((one) => one.plan.mode !== 'transaction');
  if (outside.length === 0) return;
  throw new Problem('usage', 'these migrations cannot run in one transaction', {
    found: outside.map((one) => `${one.version} (${reasonOf(one)})`).join('; '),
    state: 'Nothing was run.',
    next: ['Leave --single-transaction out, or apply up to the one before with --to.'],
  });
}
