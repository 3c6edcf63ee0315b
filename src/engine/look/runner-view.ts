import type { Runner } from '../../ledger/lease.ts';

/** The run that is at work, as the lease and pg_stat_activity show it. */
export interface RunnerView {
  readonly runId: string;
  readonly user: string;
  readonly host: string;
  readonly toolVersion: string;
  /** Server process of its control session. */
  readonly pid: number;
  readonly since: string;
  /** The server process that is inside a transaction of the run; null where none is, or this role may not see it. */
  readonly worker: {
    readonly pid: number;
    readonly state: string;
    readonly query: string;
    readonly seconds: number;
  } | null;
}

export function runnerView(runner: Runner | undefined): RunnerView | null {
  if (!runner) return null;
  const { runId, user, host, toolVersion, pid, since, worker } = runner;
  return { runId, user, host, toolVersion, pid, since, worker: worker ?? null };
}
