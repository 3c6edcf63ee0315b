import type { RecordedMigration } from '../ledger/write.ts';
import type { PlannedMigration } from '../plan/up.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { watchRun } from './watch.ts';
import type { Worker, WorkWatch } from './worker.ts';

/** One migration being applied: what every function below needs. */
export interface Application {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly planned: PlannedMigration;
  readonly recorded: RecordedMigration;
  readonly index: number;
  readonly total: number;
}

export function timeoutsOf({ engine, planned }: Application) {
  const { headers } = planned.migration;
  return {
    lockTimeoutMs: headers.lockTimeoutMs ?? engine.settings.lockTimeoutMs,
    rowLockTimeoutMs: engine.settings.rowLockTimeoutMs,
    ...(headers.statementTimeoutMs === undefined ? {} : { statementTimeoutMs: headers.statementTimeoutMs }),
  };
}

export function watchOf({ engine, planned }: Application): WorkWatch {
  const total = planned.plan.steps.reduce((sum, step) => sum + step.statements.length, 0);
  return watchRun(engine, planned.version, total);
}
