import { readFolders, refuseComplaints } from '../files/folders.ts';
import type { Ledger } from '../ledger/read.ts';
import { planDown } from '../plan/down.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { planBatches, planSteps } from '../plan/steps.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { Problem } from '../problem/problem.ts';
import { failureOf, type MigrationOutcome, type RunResult } from '../report/events.ts';
import { approvalRules } from './approval/rules.ts';
import { backUpBefore, recordBefore } from './backup/before-run.ts';
import { type Control, withControl } from './control.ts';
import { type HalfDone, halfDones, refuseAtWork, refuseChanged } from './data/half-done.ts';
import type { DataStatus } from './data/show.ts';
import type { Engine } from './engine.ts';
import type { Standing } from './graph/standing.ts';
import { leavesOutData } from './keep/left-out.ts';
import { type Returning, returningOf } from './keep/returning.ts';
import { upgradeLayout } from './layout.ts';
import { cancelled } from './pause.ts';
import { preflight } from './preflight/preflight.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { resumeDown } from './steps/resume.ts';
import { type PlannedRollback, undo } from './undo.ts';
import { wayBack } from './way-back.ts';
import { withWorker } from './with-worker.ts';

export interface RollbackOptions {
  readonly to?: string | undefined;
  readonly version?: string | undefined;
  /** With `version`: what stands on it goes along. */
  readonly cascade?: boolean | undefined;
  readonly steps?: number | undefined;
  /** Put back what was kept of the data; true unless it is said. */
  readonly data?: boolean | undefined;
  readonly approve?: (plan: DownPlan, control: Control) => Promise<void>;
}

export interface DownPlan {
  readonly rollbacks: readonly PlannedRollback[];
  /** What was kept when they were applied and is put back, in the order of the rollbacks. */
  readonly returns: readonly Returning[];
  /** What may need what is undone, and stays: nobody can tell from its SQL. */
  readonly unsure: Standing['unsure'];
  /** Data migrations among them that did not come to their end: what is done of them is taken back. */
  readonly halfDone: readonly DataStatus[];
  /** Those that stay as they are. */
  readonly staysHalfDone: readonly DataStatus[];
}

export interface RollbackResult extends RunResult {
  readonly plan: DownPlan;
  readonly problem: Problem | null;
  readonly database: string;
}

/** Undoes migrations, the last applied first. A failed one is a result: what was undone before it stays undone. */
export async function rollback(engine: Engine, options: RollbackOptions): Promise<RollbackResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    refuseUntracked(control);
    // Asked before the lock is taken: somebody who is gone for coffee must not hold up every other run.
    const asked = await planFor(engine, control, reconcile(files, control.ledger.entries), options);
    await secondPerson(engine, control, control.ledger, asked, options);
    await options.approve?.(asked, control);
    return withRunnerLock(engine, control, async (held) => {
      const ledger = await upgradeLayout(engine, control, held);
      const plan = await planFor(engine, control, reconcile(files, ledger.entries), options);
      if (!isSame(plan, asked)) throw changedMeanwhile();
      if (plan.rollbacks.length === 0) return resultOf(engine, control, plan, new Map(), null);
      const begin = await secondPerson(engine, control, ledger, plan, options);
      await preflight(engine, control, plan.rollbacks);
      const backup = await backUpBefore(
        engine,
        plan.rollbacks.map(({ version }) => version),
      );
      await recordBefore(engine, control, backup);
      await begin();
      engine.emit({ kind: 'plan', total: plan.rollbacks.length, versions: plan.rollbacks.map((one) => one.version) });
      const result = await undoAll(engine, control, plan, options.data ?? true);
      if (control.abandoned || engine.settings.backup.to === 'file')
        await (await import('./keep/move-to-files.ts')).moveToFiles(engine, control);
      return result;
    });
  });
}

/** As for migrate: refuses what nobody else has approved; what it answers uses the approval. */
async function secondPerson(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  { rollbacks }: DownPlan,
  options: RollbackOptions,
): Promise<() => Promise<void>> {
  if (!approvalRules(engine, ledger).required) return async () => {};
  const { approvedRollback } = await import('./approval/approved-run.ts');
  return approvedRollback(engine, control, ledger, rollbacks, options);
}

function isSame(plan: DownPlan, asked: DownPlan): boolean {
  const versions = ({ rollbacks }: DownPlan) => rollbacks.map((one) => one.version).join('\n');
  return versions(plan) === versions(asked);
}

function changedMeanwhile(): Problem {
  return new Problem('rollback-refused', 'another run has changed what is applied in the meantime', {
    state: 'Nothing was run.',
    next: ['See what is applied now, then run the command again: taskflow-db status'],
  });
}

/** What `rollback` would do now, without a lock and without writing anything. */
export function planRollback(engine: Engine, options: RollbackOptions): Promise<{ plan: DownPlan; control: Control }> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseUntracked(control);
    return { plan: await planFor(engine, control, reconcile(files, control.ledger.entries), options), control };
  });
}

export function refuseUntracked(control: Control): void {
  if ((control.ledger.layout ?? 0) > 0) return;
  const older = control.ledger.layout === 0;
  throw new Problem(
    'not-tracked',
    `the database ${control.server.database} has ${older ? 'an older' : 'no'} migration history`,
    {
      state: 'Nothing was run.',
      next: ['Run: taskflow-db init'],
    },
  );
}

/** What is to be undone, by these states. */
export async function planFor(
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  options: RollbackOptions,
): Promise<DownPlan> {
  const version = options.version === undefined ? undefined : resolveVersion(statuses, options.version);
  const to = options.to === undefined ? undefined : resolveVersion(statuses, options.to);
  const half = await halfDoneOf(control, statuses, { version, to });
  const isOneOfThem = half.taken.some(({ status }) => status.version === version);
  const standing =
    version === undefined || isOneOfThem ? undefined : await standingOn(engine, control, statuses, version);
  const applied = isOneOfThem
    ? []
    : planDown(statuses, {
        ...(to === undefined ? {} : { to }),
        ...(version === undefined ? {} : { version, standing: standing?.dependents ?? [] }),
        cascade: options.cascade ?? false,
        ...(options.steps === undefined ? {} : { steps: options.steps }),
      });
  const chosen = [...half.taken.map(({ status }) => status), ...applied];
  const rollbacks: PlannedRollback[] = [];
  for (const status of chosen) {
    const source = await wayBack(control, status);
    const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
    const { version, entry } = status;
    if (source.data && (source.data.back || source.rollback.kind === 'none')) {
      const plan = planBatches(statements, control.server.versionNum);
      const leavesData = await leavesOutData(control, version, 'batches');
      rollbacks.push({ version, status, source, plan, leavesData });
      continue;
    }
    const plan = planSteps(statements, control.server.versionNum, {
      none: source.headers.transaction === 'none',
    });
    const resumed = await resumeDown(
      control,
      { version, entry },
      statements,
      plan,
      source.headers.transaction === 'none',
    );
    const leavesData = (resumed.done ?? 0) > 0 && (await leavesOutData(control, version, 'steps'));
    rollbacks.push({ version, status, source, plan: resumed, leavesData });
  }
  const returns = await returning(engine, control, rollbacks, options.data ?? true);
  const halfDone = half.taken.map(({ run }) => run);
  return { rollbacks, returns, unsure: standing?.unsure ?? [], halfDone, staysHalfDone: half.stays };
}

/**
 * A data migration that did not come to its end is not in force, and has its way back all the same: where it is named, or was
 * begun behind the version that is gone back to.
 */
async function halfDoneOf(
  control: Control,
  statuses: readonly MigrationStatus[],
  { version, to }: { version: string | undefined; to: string | undefined },
): Promise<{ taken: readonly HalfDone[]; stays: readonly DataStatus[] }> {
  const all = await halfDones(control, statuses);
  const appliedAt = statuses.find((one) => one.version === to)?.entry?.appliedAt ?? '';
  const isBehind = ({ run }: HalfDone) => !(Date.parse(run.startedAt ?? '') < Date.parse(appliedAt));
  const taken = all.filter((one) => (to === undefined ? one.status.version === version : isBehind(one)));
  for (const { status, run } of taken) {
    refuseAtWork(run);
    await refuseChanged(control, status);
  }
  return { taken, stays: all.filter((one) => !taken.includes(one)).map(({ run }) => run) };
}

async function returning(
  engine: Engine,
  control: Control,
  rollbacks: readonly PlannedRollback[],
  wanted: boolean,
): Promise<Returning[]> {
  const all: Returning[] = [];
  for (const { version, leavesData } of wanted ? rollbacks : [])
    if (!leavesData) all.push(...(await returningOf(engine, control, version)));
  return all;
}

/** Reads what all of them do only where something was applied after that version. */
async function standingOn(engine: Engine, control: Control, statuses: readonly MigrationStatus[], version: string) {
  const reader = await import('./graph/standing.ts');
  return reader.standingOn(engine, control, statuses, version);
}

async function undoAll(engine: Engine, control: Control, plan: DownPlan, data: boolean): Promise<RollbackResult> {
  return withWorker(engine, control, async (worker) => {
    const durations = new Map<string, number>();
    const total = plan.rollbacks.length;
    for (const [i, planned] of plan.rollbacks.entries()) {
      try {
        if (engine.signal.aborted) throw cancelled(`${i} of ${total} are undone; no more was begun.`);
        durations.set(planned.version, await undo(engine, control, worker, planned, { index: i + 1, total, data }));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return resultOf(engine, control, plan, durations, error.with({ version: planned.version }));
      }
    }
    return resultOf(engine, control, plan, durations, null);
  });
}

function resultOf(
  engine: Engine,
  control: Control,
  plan: DownPlan,
  durations: ReadonlyMap<string, number>,
  problem: Problem | null,
): RollbackResult {
  const failedVersion = problem?.fields.version;
  const migrations: MigrationOutcome[] = plan.rollbacks.map(({ version }) => {
    const ms = durations.get(version);
    if (ms !== undefined) return { version, state: 'rolled_back', executionTimeMs: ms };
    const failed = version === failedVersion && problem?.code !== 'cancelled';
    return { version, state: failed ? 'failed' : 'applied', executionTimeMs: null };
  });
  return {
    ok: problem === null,
    runId: engine.run.runId,
    database: control.server.database,
    migrations,
    failed: problem ? failureOf(failedVersion ?? '', problem) : null,
    problem,
    plan,
    certain: !control.gone,
  };
}
