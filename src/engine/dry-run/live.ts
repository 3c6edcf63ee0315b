import { eventItem } from '../../ledger/write.ts';
import { asWritten } from '../../migration/as-written.ts';
import type { PlannedStatement } from '../../plan/steps.ts';
import type { SkippedMigration } from '../../plan/up.ts';
import { attach, Problem } from '../../problem/problem.ts';
import type { LiveDryRun, LiveOutcome, TriedMigration } from '../../report/dry-run.ts';
import { failureOf, shortMessage } from '../../report/events.ts';
import { timeoutsOf } from '../application.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { withLockRetries } from '../locks/retries.ts';
import { endOpenTransaction } from '../runner/open-transaction.ts';
import { reliably } from '../runner/reconnect.ts';
import { withWorker } from '../with-worker.ts';
import { attempt, type LiveRun, ROLLED_BACK } from './attempt.ts';
import { HoldLimit } from './hold-limit.ts';
import { limitsOfLive, staysAfter } from './limits.ts';
import { movedSequences, readSequences, type SequenceValues } from './sequences.ts';
import type { Trial } from './trial.ts';
import { TrialLog } from './trial-log.ts';

export interface LiveResult {
  readonly report: LiveDryRun;
  /** What stopped it, for people; `report.failed` is its short form. */
  readonly problem: Problem | null;
}

export interface LivePlan {
  readonly direction: LiveDryRun['direction'];
  readonly trials: readonly Trial[];
  readonly skipped: readonly SkippedMigration[];
}

/**
 * Tries a plan on the target itself, in one transaction that is always rolled back. To be called under the run's lease, which
 * the transaction checks. What it found is a result, a failure too; on record is one event, written when all is rolled back.
 */
export function tryLive(engine: Engine, control: Control, plan: LivePlan): Promise<LiveResult> {
  if (plan.trials.length === 0) return Promise.resolve(nothingToTry(engine, control, plan));
  return withWorker(engine, control, async (worker) => {
    const before = await readSequences(control);
    const run: LiveRun = {
      engine,
      control,
      worker,
      trials: plan.trials,
      hold: new HoldLimit(engine.settings.dryRunHoldMs),
      refused: new Map(),
      log: new TrialLog(plan.trials),
      observer: undefined,
      trial: plan.trials[0]!,
      statement: undefined,
      openMs: 0,
      xid: undefined,
    };
    const problem = await endedOnServer(run, await tryUntilSettled(run));
    const moved = problem?.code === 'connection-lost' ? undefined : await moves(run, before, problem);
    const report = reportOf(run, plan, problem, moved);
    return recorded(run, { report, problem });
  });
}

/** As often as the server refuses a statement for standing in a transaction, without it. */
async function tryUntilSettled(run: LiveRun): Promise<Problem | undefined> {
  const { engine, control, worker } = run;
  for (let restarts = 0; ; restarts++) {
    const { lockTimeoutMs } = timeoutsOf(engine, run.trial.source);
    const version = () => run.trial.version;
    const subject = { engine, control, worker, version, lockTimeoutMs, unrecorded: true };
    const problem = await withLockRetries(subject, (next) => attempt(run, next.lockTimeoutMs));
    const reason = problem && run.statement && whyRefused(problem, run.statement);
    if (!reason || !run.statement || restarts === RESTARTS_MAX) return problem;
    run.refused.set(run.statement.statement, reason);
    await worker.rollback();
    const what = asWritten(run.statement.statement.sql);
    engine.emit({ kind: 'note', message: `${version()}: ${what}: ${reason}; rolled back, and tried without it` });
  }
}

const RESTARTS_MAX = 20;

/** What a real run does in another way, which it finds out by the same refusals: see planAgain. */
function whyRefused(problem: Problem, { statement }: PlannedStatement): string | undefined {
  const { cause } = problem;
  if (!isDatabaseError(cause) || problem.fields.statement !== statement.sql) return undefined;
  const first = statement.words[0] ?? '';
  if (cause.code === '2D000' && (first === 'CALL' || first === 'DO')) return 'it ends transactions by itself';
  if (cause.code === '55P04') return 'it uses a label that an enum has only once its transaction is committed';
  const plain = cause.where === undefined && first !== 'SET';
  const isOutside = cause.code === '25001' && (plain || ['REINDEX', 'CLUSTER', 'REPACK'].includes(first));
  return isOutside ? 'the server refuses it in a transaction' : undefined;
}

/** Rolls back, and makes sure that the server has. */
async function endedOnServer(run: LiveRun, problem: Problem | undefined): Promise<Problem | null> {
  const { engine, control, worker } = run;
  const told = problem?.with({ state: ROLLED_BACK }) ?? null;
  try {
    // A request to cancel may have come late, and strike this very statement.
    await worker.rollback().catch(() => worker.rollback());
    if (worker.session.lost) await reliably(engine, control, () => endOpenTransaction(engine, control));
    if ((await outcomeOf(run)) === 'committed') return committed(run);
    return told;
  } catch (error) {
    const unknown = databaseProblem(error, 'the server did not say that the dry run is rolled back');
    return told ? (attach(told, unknown) as Problem) : unknown;
  }
}

/** What became of the transaction, in the server's words; undefined where it never began. */
async function outcomeOf({ engine, control, xid }: LiveRun): Promise<string | null | undefined> {
  if (xid === undefined) return undefined;
  const asked = 'SELECT pg_catalog.txid_status($1::bigint) AS status';
  const [row] = await reliably(engine, control, () => control.session.query(asked, [xid]));
  return row?.status;
}

function committed({ trial }: LiveRun): Problem {
  return new Problem('internal', `${trial.version}: the transaction of the dry run was committed`, {
    state: 'What the migrations did up to that commit is there, and not on record.',
    next: ['Look for a statement that commits, and see what is there: taskflow-db status'],
  });
}

/** Undefined where they cannot be compared. Behind a failure nobody knows which were used: all that moved are told. */
async function moves(run: LiveRun, before: SequenceValues | undefined, problem: Problem | null) {
  const after = before && (await readSequences(run.control));
  const used = problem === null ? run.observer?.sequences : undefined;
  return before && after ? movedSequences(before, after, used) : undefined;
}

const OUTCOMES: Readonly<Partial<Record<Problem['code'], LiveOutcome>>> = {
  'lock-timeout': 'gave-up',
  'dry-run-stopped': 'stopped',
  'connection-lost': 'stopped',
  cancelled: 'cancelled',
};

/** A session that was ended says nothing about the migration (57P01 and the like: manual, Appendix A). */
function outcomeFor(problem: Problem): LiveOutcome {
  const ended = problem.fields.server?.sqlstate.startsWith('57P0') ?? false;
  return ended ? 'stopped' : (OUTCOMES[problem.code] ?? 'failed');
}

/** What was at work when it ended is not to blame for that. */
function unfinished(migration: TriedMigration): TriedMigration {
  if (migration.state !== 'failed') return migration;
  const statements = migration.statements.map((one) =>
    one.state === 'failed' ? ({ ...one, state: 'unfinished' } as const) : one,
  );
  return { ...migration, state: 'unfinished', statements };
}

function reportOf(
  run: LiveRun,
  plan: LivePlan,
  problem: Problem | null,
  moved: LiveDryRun['sequences'] | undefined,
): LiveDryRun {
  const { engine, control, log } = run;
  const outcome = problem ? outcomeFor(problem) : 'passed';
  const migrations = outcome === 'failed' ? log.migrations : log.migrations.map(unfinished);
  return {
    ok: problem === null,
    level: 'live',
    direction: plan.direction,
    database: control.server.database,
    runId: engine.run.runId,
    outcome,
    heldMs: Math.round(run.openMs),
    walBytes: migrations.flatMap((one) => one.statements).reduce((sum, one) => sum + one.walBytes, 0),
    migrations,
    skipped: plan.skipped.map(({ version, reason }) => ({ version, reason })),
    sequences: moved ?? [],
    stays: staysAfter(migrations, moved),
    cannotShow: limitsOfLive(migrations, plan.direction),
    failed: problem ? failureOf(problem.fields.version ?? run.trial.version, problem) : null,
  };
}

/** The one thing that is written: that there was a live dry run, of what, and how it ended. */
async function recorded({ engine, control }: LiveRun, { report, problem }: LiveResult): Promise<LiveResult> {
  const { level, direction, outcome, heldMs, migrations, sequences } = report;
  const detail = {
    level,
    direction,
    outcome,
    heldMs,
    versions: migrations.map((one) => one.version),
    ...(sequences.length > 0 ? { sequences } : {}),
    ...(problem ? { message: engine.mask(shortMessage(problem)) } : {}),
  };
  const event = eventItem(control.names, engine.run, { event: 'dry_run', version: null, detail });
  try {
    await reliably(engine, control, () => control.write([event]));
    return { report, problem };
  } catch (error) {
    const unrecorded = databaseProblem(error, 'the dry run itself could not be put on record');
    return { report, problem: problem ? (attach(problem, unrecorded) as Problem) : unrecorded };
  }
}

function nothingToTry(engine: Engine, control: Control, { direction, skipped }: LivePlan): LiveResult {
  const report: LiveDryRun = {
    ok: true,
    level: 'live',
    direction,
    database: control.server.database,
    runId: engine.run.runId,
    outcome: 'passed',
    heldMs: 0,
    walBytes: 0,
    migrations: [],
    skipped: skipped.map(({ version, reason }) => ({ version, reason })),
    sequences: [],
    stays: [],
    cannotShow: [],
    failed: null,
  };
  return { report, problem: null };
}
