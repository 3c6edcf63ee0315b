import type { BatchItem } from '../postgres/pipeline.ts';
import type { LedgerNames } from './names.ts';

/** Who and what is running: the same in every row and event of a run. */
export interface RunIdentity {
  readonly runId: string;
  readonly host: string;
  readonly toolVersion: string;
  readonly gitCommit: string | null;
  /** The person, as the one who has started it says; undefined: nobody has. */
  readonly by?: string | undefined;
  /** Who has asked for it at the console, which logs in as a user of its own. */
  readonly console?: ConsoleUser | undefined;
}

/** A person at the console, as events name them beside the actor: `detail.console`. */
export interface ConsoleUser {
  readonly user: string;
  /** Where the request came from. */
  readonly address: string;
  /** The request itself, by the number that the console gave it. */
  readonly request: string;
}

/** What is kept of a migration beside its outcome. */
export interface RecordedMigration {
  readonly version: string;
  readonly description: string;
  readonly checksum: string | null;
  readonly bodyChecksum: string | null;
  /** The file as applied; null where storing it is switched off or it is over the size that is kept. */
  readonly bodySql: string | null;
  readonly rollbackSql: string | null;
  readonly fileName: string | null;
  readonly type: string;
}

export type EventName =
  | 'started'
  | 'applied'
  | 'failed'
  | 'step_started'
  | 'step_finished'
  | 'step_checked'
  | 'step_cleaned'
  | 'planned_again'
  | 'rollback_started'
  | 'rolled_back'
  | 'rollback_failed'
  | 'skipped'
  | 'contract_held'
  | 'contract_forced'
  | 'baselined'
  | 'adopted'
  | 'initialized'
  | 'layout_upgraded'
  | 'repaired'
  | 'approval_requested'
  | 'approved'
  | 'approval_rejected'
  | 'approval_revoked'
  | 'approval_used'
  | 'drift_accepted'
  | 'drift_revoked'
  | 'verified'
  | 'setting_changed'
  | 'cancelled'
  | 'cancel_requested'
  | 'lock_wait'
  | 'taken_over'
  | 'session_ended'
  | 'connection_lost'
  | 'blocker_cancelled'
  | 'dry_run'
  | 'rehearsed'
  | 'refused'
  | 'backed_up'
  | 'put_back'
  | 'pruned'
  | 'restored'
  | 'data_queued'
  | 'data_started'
  | 'data_resumed'
  | 'data_paused'
  | 'data_cancelled'
  | 'data_retried'
  | 'data_retargeted'
  | 'row_skipped';

export interface LedgerEvent {
  readonly event: EventName;
  readonly version: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const EVENT_COLUMNS = '(event, version, run_id, host, tool_version, git_commit, detail)';

/** Appends one event; the table's trigger chains it. */
export function eventItem(names: LedgerNames, run: RunIdentity, event: LedgerEvent): BatchItem {
  return {
    sql: `INSERT INTO ${names.events} ${EVENT_COLUMNS} VALUES ($1, $2, $3::uuid, $4, $5, $6, $7::jsonb)`,
    params: eventParams(run, event),
  };
}

function eventParams(run: RunIdentity, event: LedgerEvent): (string | null)[] {
  const detail = detailOf(run, event.detail);
  return [event.event, event.version, run.runId, run.host, run.toolVersion, run.gitCommit, detail];
}

function detailOf({ console }: RunIdentity, detail: LedgerEvent['detail'] = {}): string {
  return JSON.stringify(console ? { ...detail, console } : detail);
}

/**
 * For what happens before a commit that counts: the loss of such an event in a server crash loses nothing that happened,
 * so it need not wait for the disk.
 */
export const WITHOUT_WAITING_FOR_DISK: BatchItem = {
  sql: "SELECT pg_catalog.set_config('synchronous_commit', 'off', true)",
};

const ELAPSED_MS =
  '(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()) OPERATOR(pg_catalog.*) 1000)::integer';

/** Longer texts than this are not worth a failed insert into an older, narrower column. */
const DESCRIPTION_MAX = 250;

/**
 * The record of an applied version and its event, for the migration's own transaction: either both are there or neither.
 * The first item answers `execution_time_ms`. `next`: the version that is begun as soon as this one is committed; its
 * `started` event goes along, which saves it a transaction of its own.
 */
export function appliedItems(
  names: LedgerNames,
  run: RunIdentity,
  migration: RecordedMigration,
  event: LedgerEvent,
  more: { executionTimeMs?: number; next?: string } = {},
): BatchItem[] {
  const given = more.executionTimeMs === undefined ? undefined : String(Math.round(more.executionTimeMs));
  return [recordItem(names, run, migration, given), appliedEventItem(names, run, event, more.next)];
}

function recordItem(
  names: LedgerNames,
  run: RunIdentity,
  migration: RecordedMigration,
  given: string | undefined,
): BatchItem {
  const elapsed = given ?? ELAPSED_MS;
  return {
    ...(given ? {} : { name: 'taskflow_record' }),
    sql: `INSERT INTO ${names.migrations} AS m (version, description, checksum, applied_at, applied_by, execution_time_ms,
  success, error_message, rollback_sql, type, body_checksum, body_sql, file_name, steps_done, steps_total, run_id, tool_version)
VALUES ($1, $2, $3, pg_catalog.now(), session_user, ${elapsed}, true, NULL, $4, $5, $6, $7, $8, NULL, NULL, $9::uuid, $10)
ON CONFLICT (version) DO UPDATE SET description = excluded.description, checksum = excluded.checksum,
  applied_at = excluded.applied_at, applied_by = excluded.applied_by, execution_time_ms = excluded.execution_time_ms,
  success = true, error_message = NULL, rollback_sql = excluded.rollback_sql, type = excluded.type,
  body_checksum = excluded.body_checksum, body_sql = excluded.body_sql, file_name = excluded.file_name,
  steps_done = NULL, steps_total = NULL, run_id = excluded.run_id, tool_version = excluded.tool_version,
  applied_order = excluded.applied_order
RETURNING m.execution_time_ms`,
    params: [
      migration.version,
      migration.description.slice(0, DESCRIPTION_MAX),
      migration.checksum,
      migration.rollbackSql,
      migration.type,
      migration.bodyChecksum,
      migration.bodySql,
      migration.fileName,
      run.runId,
      run.toolVersion,
    ],
    rows: true,
  };
}

/** The duration is that of the row, which is there already. */
function appliedEventItem(
  names: LedgerNames,
  run: RunIdentity,
  event: LedgerEvent,
  next: string | undefined,
): BatchItem {
  const duration = `(SELECT execution_time_ms FROM ${names.migrations} WHERE version::text = $2)`;
  const detail = `$7::jsonb || pg_catalog.jsonb_build_object('executionTimeMs', ${duration})`;
  const begun = next === undefined ? '' : ", ('started', $8, $3::uuid, $4, $5, $6, $9::jsonb)";
  return {
    name: next === undefined ? 'taskflow_applied' : 'taskflow_applied_next',
    sql: `INSERT INTO ${names.events} ${EVENT_COLUMNS} VALUES ($1, $2, $3::uuid, $4, $5, $6, ${detail})${begun}`,
    params: [...eventParams(run, event), ...(next === undefined ? [] : [next, detailOf(run)])],
  };
}

/** Records an attempt that did not succeed. A version in force is never turned into a failed one. */
export function failedItem(
  names: LedgerNames,
  run: RunIdentity,
  migration: RecordedMigration,
  outcome: { errorMessage: string | null; stepsDone: number | null; stepsTotal: number | null },
): BatchItem {
  return {
    sql: `INSERT INTO ${names.migrations} AS m (version, description, checksum, success, error_message, rollback_sql, type,
  body_checksum, body_sql, file_name, steps_done, steps_total, run_id, tool_version)
VALUES ($1, $2, $3, false, $4, $5, $6, $7, $8, $9, $10::integer, $11::integer, $12::uuid, $13)
ON CONFLICT (version) DO UPDATE SET description = excluded.description, checksum = excluded.checksum,
  applied_at = pg_catalog.now(), applied_by = session_user, success = false, error_message = excluded.error_message,
  rollback_sql = excluded.rollback_sql, type = excluded.type, body_checksum = excluded.body_checksum,
  body_sql = excluded.body_sql, file_name = excluded.file_name, steps_done = excluded.steps_done,
  steps_total = excluded.steps_total, run_id = excluded.run_id, tool_version = excluded.tool_version
  WHERE NOT m.success`,
    params: [
      migration.version,
      migration.description.slice(0, DESCRIPTION_MAX),
      migration.checksum,
      outcome.errorMessage,
      migration.rollbackSql,
      migration.type,
      migration.bodyChecksum,
      migration.bodySql,
      migration.fileName,
      outcome.stepsDone === null ? null : String(outcome.stepsDone),
      outcome.stepsTotal === null ? null : String(outcome.stepsTotal),
      run.runId,
      run.toolVersion,
    ],
  };
}

/** One more step is done, of a file that is applied or rolled back step by step. */
export function stepDoneItem(names: LedgerNames, version: string, stepsDone: number, stepsTotal: number): BatchItem {
  return {
    sql: `UPDATE ${names.migrations} SET steps_done = $2::integer, steps_total = $3::integer, error_message = NULL
  WHERE version::text = $1`,
    params: [version, String(stepsDone), String(stepsTotal)],
  };
}

/** The version is not in force any more, and that is on record. */
export function rolledBackItem(names: LedgerNames, run: RunIdentity, version: string): BatchItem {
  return {
    sql: `UPDATE ${names.migrations} SET success = false, type = 'rollback', error_message = NULL, applied_at = pg_catalog.now(),
  applied_by = session_user, execution_time_ms = ${ELAPSED_MS}, steps_done = NULL, steps_total = NULL, run_id = $2::uuid,
  tool_version = $3 WHERE version::text = $1 RETURNING execution_time_ms`,
    params: [version, run.runId, run.toolVersion],
    rows: true,
  };
}

export function settingItem(names: LedgerNames, key: string, value: string): BatchItem {
  return {
    sql: `INSERT INTO ${names.settings} AS s (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = pg_catalog.now(), changed_by = session_user`,
    params: [key, value],
  };
}
