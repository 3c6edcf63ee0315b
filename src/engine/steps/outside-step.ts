import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import { lockPolicy, outsideWork, workTarget } from '../../sql/outside.ts';
import { timeoutsOf } from '../application.ts';
import { databaseProblem } from '../failure.ts';
import { givingWay, patiently } from '../locks/giving-way.ts';
import { watchBlockers, withLockRetries } from '../locks/retries.ts';
import { reliably } from '../runner/reconnect.ts';
import { workItemOf } from '../work-items.ts';
import { sendWatchingSlot } from './own-slot.ts';
import { probeOf } from './probes/of-work.ts';
import type { Ask, Facts, Outcome, Probe } from './probes/probe.ts';
import { withStepProgress } from './progress.ts';
import type { StepHistory } from './step-history.ts';
import { stepCleanedItem, stepDoneItems, stepStartedItem } from './step-record.ts';
import { lockSubject, onlyStatement, type StepRun, sessionItems, stepProblem } from './step-run.ts';

/**
 * Runs one statement outside a transaction: what the catalog says before it goes on record first, then the statement, then
 * its end. Undefined when it is done and recorded.
 */
export async function runOutsideStep(
  run: StepRun,
  index: number,
  history: StepHistory | undefined,
): Promise<Problem | undefined> {
  const { control, version } = run;
  const sql = onlyStatement(run.plan.steps[index]!);
  const target = workTarget(outsideWork(sql));
  const probe = probeOf(outsideWork(sql));
  const ask = askAt(run, index);
  const now = await probe.before(ask);
  const backend = await backendOf(ask, run);
  await control.write([stepStartedItem(run, index, { target, before: now, backend })]);
  const before = history?.firstFacts.get(target) ?? now;
  const failed = await underPolicy(run, sql, {
    attempt: (one) => sendStatement(one, index, backend.pid),
    goOn: (one) => goOnWith(one, index, probe, before, backend.pid),
  });
  if (failed instanceof Problem) return withHalf(run, () => probe.outcome(ask, before), failed);
  const fault = await probe.fault?.(ask, before);
  if (fault) return new Problem('statement-failed', `${version}: ${fault.what}`, { version, next: [fault.next] });
  // Of a call that committed the catalog could not tell later; so its end goes on record over a new connection, if need be.
  await reliably(run.engine, control, () => control.write(stepDoneItems(run, index)));
  return undefined;
}

interface Attempts {
  readonly attempt: (run: StepRun) => Promise<Problem | undefined>;
  /** After one that was refused, and may have left a half. */
  readonly goOn: (run: StepRun) => Promise<Problem | undefined>;
}

function underPolicy(run: StepRun, sql: string, { attempt, goOn }: Attempts): Promise<Problem | undefined> {
  const subject = lockSubject(run);
  switch (lockPolicy(sql)) {
    case 'brief':
      return withLockRetries(subject, ({ lockTimeoutMs }) => attempt({ ...run, lockTimeoutMs }));
    case 'watched':
      return givingWay(subject, {
        first: () => attempt(run),
        again: ({ lockTimeoutMs = subject.lockTimeoutMs }) => goOn({ ...run, lockTimeoutMs }),
      });
    case 'patient':
      return patiently(subject, { first: () => attempt(run), again: () => goOn(run) });
    case 'once':
      return watchBlockers(subject, () => attempt(run));
  }
}

/** Completes what a refused try left half done, or removes it and tries again. */
async function goOnWith(run: StepRun, index: number, probe: Probe, before: Facts, pid: string) {
  const outcome = await probe.outcome(askAt(run, index), before);
  if (outcome.is === 'done') return undefined;
  for (const statement of outcome.cleanUp ?? []) {
    const problem = await sendOurs(run, index, statement);
    if (problem) return problem;
    run.engine.emit({ kind: 'note', message: `${run.version}: ${statement}` });
    await run.control.write([stepCleanedItem(run, index, statement)]);
  }
  return outcome.completes ? undefined : sendStatement(run, index, pid);
}

/** Asks the catalog as the statement at `index` would see it. */
export function askAt(run: StepRun, index: number): Ask {
  const { timeouts, settings } = sessionOf(run, index);
  return (sql, params = []) => run.worker.askAlone({ sql, params }, timeouts, settings);
}

/**
 * Runs a statement of ours as the one at `index` would run: it mends what that left behind. What locks a table against its
 * readers gives way like any other.
 */
export async function mendAt(run: StepRun, index: number, sql: string): Promise<void> {
  const attempt = (one: StepRun) => sendOurs(one, index, sql);
  const failed =
    lockPolicy(sql) === 'brief'
      ? await withLockRetries(lockSubject(run), ({ lockTimeoutMs }) => attempt({ ...run, lockTimeoutMs }))
      : await attempt(run);
  if (failed) throw failed;
}

async function sendOurs(run: StepRun, index: number, sql: string): Promise<Problem | undefined> {
  const { timeouts, settings } = sessionOf(run, index, sql);
  const { failure } = await run.worker.runAlone({ item: { sql } }, timeouts, {}, settings);
  return failure && databaseProblem(failure.error, `${run.version}: ${sql} failed`, run.control.role);
}

/**
 * What the statement at `index` is to find: timeouts, what the file has set before, and how it waits for locks. A concurrent
 * build waits for old transactions on purpose and would fail under a lock timeout, leaving an invalid index; and it goes on
 * when only our connection dies (client_connection_check_interval off), so that hours of work are not lost: the next run
 * waits for it. A statement that is watched ends with us: nobody would watch over it.
 */
function sessionOf(run: StepRun, index: number, sql = onlyStatement(run.plan.steps[index]!)) {
  const { source, control } = run;
  const policy = lockPolicy(sql);
  const { lockTimeoutMs: brief, rowLockTimeoutMs, ...more } = timeoutsOf(run.engine, source, run.lockTimeoutMs);
  const own = policy === 'patient' || policy === 'watched' ? 0 : policy === 'once' ? rowLockTimeoutMs : brief;
  const lockTimeoutMs = run.lockTimeoutMs ?? source.headers.lockTimeoutMs ?? own;
  const survives = policy === 'patient' && control.server.versionNum >= 140000;
  const settings = [
    ...sessionItems(run, index).map((one) => one.item),
    setSession('lock_timeout', String(lockTimeoutMs)),
    ...(survives ? [setSession('client_connection_check_interval', '0')] : []),
  ];
  return { timeouts: { lockTimeoutMs, ...more }, settings };
}

function setSession(name: string, value: string): BatchItem {
  return { sql: 'SELECT pg_catalog.set_config($1, $2, false)', params: [name, value] };
}

/** Behind a pooler it is not the process that the session's start-up message named. */
async function backendOf(ask: Ask, run: StepRun): Promise<{ pid: string; start: string | null }> {
  const [row] = await ask(
    'SELECT pid, backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()',
  );
  return { pid: row?.pid ?? String(run.worker.session.backendPid), start: row?.backend_start ?? null };
}

async function sendStatement(run: StepRun, index: number, pid: string): Promise<Problem | undefined> {
  const item = workItemOf(run.plan.steps[index]!.statements[0]!);
  const { timeouts, settings } = sessionOf(run, index);
  const send = () => run.worker.runAlone(item, timeouts, run.watch, settings);
  return sendWatchingSlot(run, item.item.sql, async () => {
    const { failure } = await withStepProgress(run, index, send, pid);
    return failure && stepProblem(run, failure);
  });
}

/** A statement that failed or was stopped, with what it left behind: the next run removes that first. */
async function withHalf(run: StepRun, look: () => Promise<Outcome>, failed: Problem): Promise<Problem> {
  if (run.worker.session.lost) return failed;
  const outcome = await look().catch(() => undefined);
  if (!outcome)
    return failed.with({ state: 'It may have left a half behind (an INVALID index); the next run looks first.' });
  if (outcome.is !== 'half done') return failed;
  const drops = (outcome.cleanUp ?? []).filter((statement) => statement.startsWith('DROP INDEX'));
  const does = drops.length === 0 ? 'sets that right' : drops.length === 1 ? 'removes it' : 'removes them';
  return failed.with({ state: `Left behind: ${outcome.because}; the next run ${does} first.` });
}
