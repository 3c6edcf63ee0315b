import type { Bound } from '../plan/bound.ts';
import type { UpPlan } from '../plan/up.ts';
import type { Problem } from '../problem/problem.ts';
import { failureOf, type MigrationOutcome, type RunResult } from '../report/events.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';

export interface MigrateOptions {
  /** Version or number: everything up to it. */
  readonly to?: string | undefined;
  /** Version or number: it and what it needs. */
  readonly only?: string | undefined;
  readonly allowLate: boolean;
  /** Why a contract is run although something still uses what it drops. */
  readonly forceContract?: string | undefined;
  /** All of it in one transaction, or nothing. */
  readonly singleTransaction: boolean;
  /** So many builds of indexes at once, on different tables; by default one. */
  readonly jobs?: number | undefined;
  /** Data migrations as one transaction over all rows: on a database that nobody else is in. */
  readonly whole?: boolean | undefined;
  /** Apply exactly what this plan holds, or refuse; the choices above are then its own. */
  readonly bound?: Bound | undefined;
  /**
   * Called with the plan, and with what will be changed about the tracking tables if anything, before either is done: may
   * ask the person, and throws to stop.
   */
  readonly approve?: (plan: UpPlan, control: Control, trackingChange: string | undefined) => Promise<void>;
}

export interface MigrateResult extends RunResult {
  readonly plan: UpPlan;
  /** The problem that stopped it, for people; `failed` is its short form for scripts. */
  readonly problem: Problem | null;
  readonly database: string;
}

/** What the plan has to say besides what it will do. */
export function tellRemarks(engine: Engine, plan: UpPlan): void {
  for (const { version, reason, evidence } of plan.held) engine.emit({ kind: 'held', version, reason, evidence });
  for (const message of plan.warnings) engine.emit({ kind: 'warning', message });
  for (const message of plan.notes) engine.emit({ kind: 'note', message });
}

/** How the run ended; `applied`: how long each version took that was applied, in milliseconds. */
export function resultOf(
  engine: Engine,
  control: Control,
  plan: UpPlan,
  applied: ReadonlyMap<string, number> | readonly [],
  problem: Problem | null,
): MigrateResult {
  const durations = applied instanceof Map ? applied : new Map<string, number>();
  const failedVersion = problem?.fields.version;
  const outcomes: MigrationOutcome[] = plan.migrations.map(({ version }) => {
    const ms = durations.get(version);
    if (ms !== undefined) return { version, state: 'applied', executionTimeMs: ms };
    const state = version === failedVersion && problem?.code !== 'cancelled' ? 'failed' : 'pending';
    return { version, state, executionTimeMs: null };
  });
  const skipped = plan.skipped.map(({ version }) => ({ version, state: 'skipped' as const, executionTimeMs: null }));
  const held = plan.held.map(({ version }) => ({ version, state: 'pending' as const, executionTimeMs: null }));
  const queued = plan.background.map(({ version }) => ({ version, state: 'queued' as const, executionTimeMs: null }));
  const waiting = plan.waiting.map(({ version }) => ({ version, state: 'waiting' as const, executionTimeMs: null }));
  return {
    ok: problem === null,
    runId: engine.run.runId,
    database: control.server.database,
    migrations: [...outcomes, ...skipped, ...queued, ...waiting, ...held],
    held: plan.held.map(({ version, reason, evidence }) => ({ version, reason, evidence })),
    failed: problem ? failureOf(failedVersion ?? '', problem) : null,
    problem,
    plan,
    certain: !control.gone,
  };
}
