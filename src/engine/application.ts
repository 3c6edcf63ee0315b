import type { RecordedMigration } from '../ledger/write.ts';
import type { Migration } from '../migration/migration.ts';
import { type PlannedStatement, statementCount, transactionStatements } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import type { Keeper } from './keep/keeper.ts';
import type { RefusedTry } from './locks/retries.ts';
import type { LockSubject } from './locks/subject.ts';
import { watchRun } from './watch.ts';
import { statementItems, type WorkItem, type WorkWatch } from './work-items.ts';
import type { Worker } from './worker.ts';

/** One migration being applied: what every function below needs. */
export interface Application {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly planned: PlannedMigration;
  readonly recorded: RecordedMigration;
  readonly index: number;
  readonly total: number;
  /** Its `started` event is written already, together with the record of the migration before. */
  readonly announced?: boolean;
  /** In place of the lock timeout that would hold, for one try. */
  readonly lockTimeoutMs?: number | undefined;
  /** It was refused a lock before, in a group. */
  readonly refused?: RefusedTry;
  /** Others run beside it: what has to have ended before its own end goes on record. */
  readonly turn?: () => Promise<void>;
  /** Keeps what it destroys. */
  readonly keeper?: Keeper | undefined;
  /** The version that is begun as soon as this one is committed. */
  readonly next?: string;
  /** All that the run is going to apply, in this order: said where its first migration is begun. */
  readonly wholeRun?: readonly string[];
}

/** A run of more is not told beforehand: who looks at it is told of it again and again. */
const NAMED_MAX = 500;

/** For whoever looks at a run of another process: what is still to come. */
export function wholeRunDetail({ wholeRun }: Pick<Application, 'wholeRun'>): Readonly<Record<string, unknown>> {
  return wholeRun && wholeRun.length > 1 && wholeRun.length <= NAMED_MAX ? { planned: wholeRun } : {};
}

/** The role that people's SQL runs as, for advice on privileges. */
export function roleOf({ control }: Pick<Application, 'control'>): string {
  return control.role;
}

/** The statements of a migration that runs in one transaction, each under its lock timeout. */
export function bodyItems(application: Application): Iterable<WorkItem> {
  const { engine, planned, control } = application;
  const timeouts = timeoutsOf(engine, planned.migration, application.lockTimeoutMs);
  const statements = transactionStatements(planned.plan, control.server.versionNum);
  return statementItems(statements, timeouts, aroundOf(application));
}

/** What is kept around the statements that destroy something. */
function aroundOf({ keeper, worker }: Application) {
  if (!keeper) return undefined;
  return ({ statement }: PlannedStatement, lockTimeoutMs: number) =>
    keeper.around(worker.session, statement, lockTimeoutMs);
}

/** `lockTimeoutMs`: in place of the one that would hold, for one try. */
export function timeoutsOf({ settings }: Engine, { headers }: Migration, lockTimeoutMs?: number) {
  return {
    lockTimeoutMs: lockTimeoutMs ?? headers.lockTimeoutMs ?? settings.lockTimeoutMs,
    rowLockTimeoutMs: settings.rowLockTimeoutMs,
    ...(headers.statementTimeoutMs === undefined ? {} : { statementTimeoutMs: headers.statementTimeoutMs }),
  };
}

export function lockSubjectOf(application: Application): LockSubject {
  const { engine, control, worker, planned } = application;
  return {
    engine,
    control,
    worker,
    version: () => planned.version,
    lockTimeoutMs: timeoutsOf(engine, planned.migration, application.lockTimeoutMs).lockTimeoutMs,
  };
}

export function watchOf({ engine, planned }: Application): WorkWatch {
  return watchRun(engine, planned.version, statementCount(planned.plan));
}
