import type { PlannedMigration } from '../plan/up.ts';
import type { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { isDatabaseError } from './failure.ts';
import { isCutOff } from './record-failure.ts';
import { endOpenTransaction } from './runner/open-transaction.ts';
import { isRestarted, reliably } from './runner/reconnect.ts';
import { type ConnectWorker, withWorker } from './with-worker.ts';
import type { Worker } from './worker.ts';

type Apply = (
  engine: Engine,
  control: Control,
  worker: Worker,
  migrations: readonly PlannedMigration[],
  durations: Map<string, number>,
) => Promise<Problem | null>;

/** A run outlives this many losses of the connection. */
const LOSSES_MAX = 5;

/**
 * Applies the migrations on a session of `connect`; where the connection is lost and comes back, goes on from what is
 * recorded, as long as the lease is still this run's. `replan` reads that anew. Returns the problem that stopped it, or
 * null; `durations` is filled as they are committed.
 */
export async function applyAll(
  engine: Engine,
  control: Control,
  migrations: readonly PlannedMigration[],
  apply: Apply,
  replan: () => Promise<readonly PlannedMigration[]>,
  connect: ConnectWorker,
): Promise<{ problem: Problem | null; durations: ReadonlyMap<string, number> }> {
  const durations = new Map<string, number>();
  let planned = migrations;
  for (let losses = 1; ; losses++) {
    const before = { timesAway: control.timesAway, started: control.started };
    const run = (worker: Worker) => apply(engine, control, worker, planned, durations);
    const problem = await withWorker(engine, control, run, connect);
    const lost = problem !== null && isCutOff(problem) && (await isLoss(engine, control, problem, before));
    const mayGoOn = lost && losses <= LOSSES_MAX && !engine.signal.aborted;
    const next = mayGoOn ? await planAgain(engine, control, planned, durations, replan) : null;
    if (!next) return { problem: stoppedBy(engine, problem), durations };
    planned = next;
  }
}

/** Null where the server does not come back, or the history is not what this run knows of. */
function planAgain(
  engine: Engine,
  control: Control,
  planned: readonly PlannedMigration[],
  durations: ReadonlyMap<string, number>,
  replan: () => Promise<readonly PlannedMigration[]>,
): Promise<readonly PlannedMigration[] | null> {
  return reliably(engine, control, async () => {
    await endOpenTransaction(engine, control);
    return goOn(planned, durations, await replan());
  }).catch(() => null);
}

function stoppedBy(engine: Engine, problem: Problem | null): Problem | null {
  const { version } = problem?.fields ?? {};
  if (problem && isCutOff(problem) && version) engine.emit({ kind: 'failed', version, problem });
  return problem;
}

/** Not where somebody ended the session on purpose: admin_shutdown, and the server stayed. `before`: as it was at its begin. */
async function isLoss(
  engine: Engine,
  control: Control,
  { code, fields }: Problem,
  before: Pick<Control, 'timesAway' | 'started'>,
): Promise<boolean> {
  const restarted = await isRestarted(engine, control, before.started).catch(() => false);
  const sqlstate = fields.server?.sqlstate ?? (isDatabaseError(fields.cause) ? fields.cause.code : undefined);
  if (sqlstate === '57P01') return restarted || control.timesAway > before.timesAway;
  return code === 'connection-lost' || sqlstate === '57P02';
}

/**
 * The same migrations with what is known of them now; null where another one is applied than this run knows of, or one that
 * it had applied is not: a standby that lacked it has taken over.
 */
function goOn(
  planned: readonly PlannedMigration[],
  durations: ReadonlyMap<string, number>,
  fresh: readonly PlannedMigration[],
): PlannedMigration[] | null {
  const known = new Map(fresh.map((one) => [one.version, one]));
  if (planned.slice(0, durations.size).some((one) => known.has(one.version))) return null;
  const next = planned.map((one, i) => (i < durations.size ? one : known.get(one.version)));
  return next.every((one) => one !== undefined) ? next : null;
}
