import { locate } from '../../migration/locate.ts';
import type { Statement } from '../../migration/migration.ts';
import { type PlannedStatement, statementCount } from '../../plan/steps.ts';
import type { Batch, BatchItem } from '../../postgres/pipeline.ts';
import { setLocal, setLocalIfKnown } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { count, formatDuration } from '../../problem/quantity.ts';
import type { Rewrite } from '../../report/dry-run.ts';
import { timeoutsOf } from '../application.ts';
import { checkVerify } from '../check-verify.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError, statementProblem } from '../failure.ts';
import { cancelled } from '../pause.ts';
import { watchRun } from '../watch.ts';
import { statementItems, type WorkItem, type WorkWatch } from '../work-items.ts';
import { mayPrepare, type Worker } from '../worker.ts';
import type { HoldLimit } from './hold-limit.ts';
import { KNOWN_RELATIONS, MARK, Observer, OWN_LOCKS, sizesItem } from './observe.ts';
import { statementsOf, type Trial, whyNotLive } from './trial.ts';
import { TrialLog } from './trial-log.ts';

/** A live dry run over all its tries; each of them begins anew. */
export interface LiveRun {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly trials: readonly Trial[];
  readonly hold: HoldLimit;
  /** What the server has refused to do in this transaction, with the reason: left out. */
  readonly refused: Map<Statement, string>;
  /** Of the last try. */
  log: TrialLog;
  observer: Observer | undefined;
  /** What is at work, or was when it failed. */
  trial: Trial;
  statement: PlannedStatement | undefined;
  /** How long the last try was open, in milliseconds. */
  openMs: number;
  /** The number of the transaction. */
  xid: string | undefined;
}

/** Tries all of it in one transaction that stays open. Answers the problem that stopped it; the rollback is the caller's. */
export async function attempt(run: LiveRun, lockTimeoutMs: number | undefined): Promise<Problem | undefined> {
  run.log = new TrialLog(run.trials);
  run.observer = undefined;
  const begun = performance.now();
  run.hold.begin(() => void run.worker.session.cancel());
  try {
    for (const trial of run.trials) await tryMigration(run, trial, lockTimeoutMs);
    return undefined;
  } catch (error) {
    run.log.fail();
    return explained(run, error instanceof Problem ? error : databaseProblem(error, `${run.trial.version} failed`));
  } finally {
    run.hold.end();
    run.openMs = performance.now() - begun;
  }
}

/** A cancelled statement says nothing about who wanted that. */
function explained(run: LiveRun, problem: Problem): Problem {
  if (run.engine.signal.aborted) return cancelled(ROLLED_BACK);
  if (run.hold.reached) return stopped(run);
  const { version } = run.trial;
  return problem.with({ version, ...maybeWhy(run.log.untried, problem) });
}

export const ROLLED_BACK = 'Rolled back: the dry run changed nothing.';

function maybeWhy(untried: number, { fields }: Problem): { found?: string } {
  if (untried === 0) return {};
  const why = `tried without ${count(untried, 'statement')} that cannot be tried live, which may be why`;
  return { found: fields.found === undefined ? why : `${fields.found}; ${why}` };
}

function stopped({ trial, statement, hold }: LiveRun): Problem {
  const { version, source } = trial;
  return new Problem('dry-run-stopped', `${version}: the dry run has held its locks for as long as it may`, {
    version,
    ...(statement ? { where: locate(source, statement.statement, 0), statement: statement.statement.sql } : {}),
    found: `${formatDuration(hold.limitMs)} were over at this statement`,
    state: ROLLED_BACK,
    next: ['At a quieter time, hold them longer: --hold 1min', 'Or try fewer at once: --to VERSION'],
  });
}

async function tryMigration(run: LiveRun, trial: Trial, lockTimeoutMs: number | undefined): Promise<void> {
  const { engine, trials, log, control } = run;
  const { version, source, plan } = trial;
  run.trial = trial;
  run.statement = undefined;
  log.begin(trial);
  await open(run);
  const statements = statementCount(plan);
  engine.emit({ kind: 'started', version, index: trials.indexOf(trial) + 1, total: trials.length, statements });
  const watch = watchRun(engine, version, statements);
  let before: BatchItem[] = [];
  const tried = leavingOut(run, statementsOf(trial, control.server.versionNum));
  for (const work of statementItems(tried, timeoutsOf(engine, source, lockTimeoutMs))) {
    if (work.statement) await tryStatement(run, before, { ...work, statement: work.statement }, watch);
    before = work.statement ? [] : [...before, work.item];
  }
  if (trial.verifies && !log.isPartial) await verify(run, watch);
  await settle(run);
}

/** In a session that is as new, under the run's lease; nothing is awaited of a client that has fallen silent. */
async function open(run: LiveRun): Promise<void> {
  const { worker, trial, hold, observer } = run;
  const prepares = mayPrepare(trial.source);
  const items = (observer ? worker.between(prepares) : worker.begin(prepares)).map((one) => one.item);
  const bounds = hold.limitMs > 0 ? boundItems(hold.leftMs) : [];
  if (!observer) return await beginObserving(run, [...items, ...bounds]);
  // What our own statements and the checks at the end of the migration before did is nobody's.
  const results = await runOurs(run, [...items, ...bounds, OWN_LOCKS]);
  observer.observe(results.at(-1)?.rows ?? []);
}

async function beginObserving(run: LiveRun, items: readonly BatchItem[]): Promise<void> {
  const results = await runOurs(run, [...items, XID, KNOWN_RELATIONS, OWN_LOCKS]);
  const [xid, known, locks] = results.slice(items.length);
  run.xid = xid?.rows[0]?.xid ?? undefined;
  run.observer = new Observer(known?.rows ?? [], locks?.rows ?? []);
}

const XID: BatchItem = { sql: 'SELECT pg_catalog.txid_current() AS xid', rows: true };

/** Beyond the time that the tool keeps itself: it strikes where no word of the tool's gets through any more. */
const GRACE_MS = 5000;

/** Should this process or the way to it be gone, the server ends the transaction; transaction_timeout is there from 17 on. */
function boundItems(leftMs: number): BatchItem[] {
  const most = String(Math.ceil(leftMs) + GRACE_MS);
  return [setLocal('idle_in_transaction_session_timeout', most), setLocalIfKnown('transaction_timeout', most)];
}

/** Statements of our own: that one fails is no fault of the migration. */
async function runOurs(run: LiveRun, items: readonly BatchItem[]): Promise<Batch['results'][number]> {
  const { results, failure } = await run.worker.session.runBatch([items]);
  if (failure) throw databaseProblem(failure.error, `${run.trial.version} cannot be tried`, run.control.role);
  return results[0] ?? [];
}

function* leavingOut(run: LiveRun, statements: Iterable<PlannedStatement>): Generator<PlannedStatement> {
  for (const planned of statements) {
    const reason = run.refused.get(planned.statement) ?? whyNotLive(planned, run.trial.plan);
    if (reason === undefined) yield planned;
    else run.log.leftOut(planned.statement, reason);
  }
}

/** One round trip, but for COPY, behind whose data the server first takes what comes next. */
async function tryStatement(
  run: LiveRun,
  before: readonly BatchItem[],
  work: WorkItem & { readonly statement: PlannedStatement },
  watch: WorkWatch,
): Promise<void> {
  refuseToGoOn(run, work.statement);
  const { session } = run.worker;
  const after = [MARK, OWN_LOCKS];
  const copies = work.item.copyData !== undefined;
  const first = [...before, MARK, work.item];
  const { results, failure } = await session.runBatch(
    [copies ? first : [...first, ...after]],
    watch.onNotice ? { onNotice: watch.onNotice } : {},
  );
  if (failure) throw failed(run, work.statement, failure.error, failure.item === before.length + 1);
  const [begun, done, ...more] = (results[0] ?? []).slice(before.length);
  const [ended, locks] = copies ? await runOurs(run, after) : more;
  const tag = done?.tag ?? '';
  const mark = (result: typeof begun, column: string) => Number(result?.rows[0]?.[column] ?? 0);
  const { rewritten, ...seen } = run.observer!.observe(locks?.rows ?? []);
  run.log.passed(work.statement.statement, {
    ...seen,
    rewrites: rewritten.length > 0 ? await sizesOf(run, rewritten) : [],
    tag,
    begunAt: mark(begun, 'at') * 1000,
    endedAt: mark(ended, 'at') * 1000,
    walBytes: Math.max(0, mark(ended, 'wal') - mark(begun, 'wal')),
  });
  watch.onStatement?.(work.statement, tag);
}

async function sizesOf(run: LiveRun, rewritten: readonly string[]): Promise<Rewrite[]> {
  const [sizes] = await runOurs(run, [sizesItem(rewritten)]);
  return run.observer!.rewrites(sizes?.rows ?? []);
}

function refuseToGoOn(run: LiveRun, statement: PlannedStatement): void {
  run.statement = statement;
  if (run.engine.signal.aborted) throw cancelled(ROLLED_BACK);
  if (run.hold.reached) throw stopped(run);
}

function failed(run: LiveRun, { statement }: PlannedStatement, error: unknown, itself: boolean): Problem {
  const { trial, control, log } = run;
  log.failed(statement);
  if (itself && isDatabaseError(error))
    return statementProblem(error, trial.source, statement, trial.statements, control.role);
  return databaseProblem(error, `${trial.version} cannot be observed`, control.role);
}

async function verify({ worker, trial, control, log }: LiveRun, watch: WorkWatch): Promise<void> {
  log.verified('failed');
  await checkVerify(worker, trial.source, watch, control.role);
  log.verified('passed');
}

const CHECK_NOW: BatchItem = { sql: 'SET CONSTRAINTS ALL IMMEDIATE' };

/**
 * The next migration will have a transaction of its own, in which what is INITIALLY DEFERRED is so again. SET CONSTRAINTS
 * goes by name, and refuses a name that one that cannot be deferred has as well.
 */
const DEFER_AGAIN: BatchItem = {
  sql: `DO $$ DECLARE names text; BEGIN
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', ') INTO names
  FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
  WHERE c.condeferred AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS o
    WHERE o.connamespace = c.connamespace AND o.conname = c.conname AND NOT o.condeferrable);
  IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF;
END $$`,
};

/** What a COMMIT would check is checked now, and the migration is at its end. */
async function settle(run: LiveRun): Promise<void> {
  const { worker, trial, trials, log, control } = run;
  const again = trial === trials.at(-1) ? [] : [DEFER_AGAIN];
  const { results, failure } = await worker.session.runBatch([[CHECK_NOW, ...again, MARK]]);
  if (!failure) return log.end(Number(results[0]?.at(-1)?.rows[0]?.at ?? 0) * 1000);
  const last = trial.statements.at(-1);
  if (last && failure.item === 0)
    throw statementProblem(failure.error, trial.source, last, trial.statements, control.role);
  throw databaseProblem(failure.error, `${trial.version} failed at its end`);
}
