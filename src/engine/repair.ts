import { readFolders } from '../files/folders.ts';
import { appliedItems, eventItem, type LedgerEvent, rolledBackItem, stepDoneItem } from '../ledger/write.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { Problem } from '../problem/problem.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { upgradeLayout } from './layout.ts';
import { recordedMigration } from './recorded.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { readStepHistory } from './steps/step-history.ts';

export type RepairAction = 'accept' | 'mark-applied' | 'mark-not-applied' | 'step-done' | 'step-not-done';

export interface RepairOptions {
  readonly action: RepairAction;
  readonly version: string;
  readonly reason: string;
  /** Called before anything is recorded: may ask the person, and throws to stop. */
  readonly approve?: (control: Control) => Promise<void>;
}

export interface RepairResult {
  readonly database: string;
  readonly version: string;
  readonly action: RepairAction;
  readonly before: string;
  readonly after: string;
}

/** Changes what is recorded about one version, with a reason that stays in the audit trail; runs nothing. */
export function repair(engine: Engine, options: RepairOptions): Promise<RepairResult> {
  const { files } = readFolders(engine.settings.directories, engine.cwd);
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    return withRunnerLock(engine, control, async (held) => {
      if ((held.layout ?? 0) === 0)
        throw new Problem('not-tracked', 'there is no migration history to repair', {
          next: ['Run: taskflow-db init'],
        });
      const ledger = await upgradeLayout(engine, control, held);
      const statuses = reconcile(files, ledger.entries);
      const version = resolveVersion(statuses, options.version);
      const status = statuses.find((one) => one.version === version)!;
      await options.approve?.(control);
      await ACTIONS[options.action](engine, control, status, options.reason);
      const after = AFTER[options.action];
      return { database: control.server.database, version, action: options.action, before: status.state, after };
    });
  });
}

type Action = (engine: Engine, control: Control, status: MigrationStatus, reason: string) => Promise<void>;

const ACTIONS: Readonly<Record<RepairAction, Action>> = {
  accept: acceptFile,
  'mark-applied': markApplied,
  'mark-not-applied': markNotApplied,
  'step-done': (engine, control, status, reason) => settleStep(engine, control, status, reason, true),
  'step-not-done': (engine, control, status, reason) => settleStep(engine, control, status, reason, false),
};

const AFTER: Readonly<Record<RepairAction, string>> = {
  accept: 'applied',
  'mark-applied': 'applied',
  'mark-not-applied': 'rolled_back',
  'step-done': 'interrupted',
  'step-not-done': 'interrupted',
};

/** The file as it is now counts as what was applied; order and time of the application stay. */
async function acceptFile(engine: Engine, control: Control, status: MigrationStatus, reason: string): Promise<void> {
  const { file, entry } = status;
  if (!entry?.success || entry.type === 'rollback')
    throw refused(status, 'it is not applied, so there is nothing to accept');
  if (!file) throw refused(status, 'its file is gone');
  const recorded = recordedMigration(file.load(), engine.settings.storeSql, entry.type);
  await control.write([
    {
      sql: `UPDATE ${control.names.migrations} SET description = $2, checksum = $3, body_checksum = $4, body_sql = $5,
  rollback_sql = $6, file_name = $7, run_id = $8::uuid, tool_version = $9 WHERE version = $1`,
      params: [
        recorded.version,
        recorded.description.slice(0, 250),
        recorded.checksum,
        recorded.bodyChecksum,
        recorded.bodySql,
        recorded.rollbackSql,
        recorded.fileName,
        engine.run.runId,
        engine.run.toolVersion,
      ],
    },
    repaired(engine, control, status, {
      action: 'accept',
      reason,
      checksum: recorded.checksum,
      checksumBefore: entry.checksum,
    }),
  ]);
}

async function markApplied(engine: Engine, control: Control, status: MigrationStatus, reason: string): Promise<void> {
  if (status.entry?.success && status.entry.stepsTotal === null) throw refused(status, 'it is applied already');
  if (!status.file) throw refused(status, 'its file is gone');
  const recorded = recordedMigration(status.file.load(), engine.settings.storeSql);
  const event = repairedEvent(status, { action: 'mark-applied', reason });
  const executionTimeMs = status.entry?.executionTimeMs ?? 0;
  await control.write(appliedItems(control.names, engine.run, recorded, event, { executionTimeMs }));
}

async function markNotApplied(
  engine: Engine,
  control: Control,
  status: MigrationStatus,
  reason: string,
): Promise<void> {
  if (!status.entry?.success) throw refused(status, 'it is not applied');
  await control.write([
    rolledBackItem(control.names, engine.run, status.version),
    repaired(engine, control, status, { action: 'mark-not-applied', reason }),
  ]);
}

/** A person has looked at what the step under way had done, which the catalog does not tell. */
async function settleStep(
  engine: Engine,
  control: Control,
  status: MigrationStatus,
  reason: string,
  isDone: boolean,
): Promise<void> {
  const { underWay } = await readStepHistory(control, status.version);
  if (!underWay || status.entry?.stepsTotal == null) throw refused(status, 'no step of it was interrupted');
  const { step, steps } = underWay;
  const { version } = status;
  const action = isDone ? 'step-done' : 'step-not-done';
  const detail = { action, reason, step, statement: underWay.statement };
  const finished: LedgerEvent = { event: 'step_finished', version, detail: { step, steps, done: underWay.doneAfter } };
  await control.write([
    repaired(engine, control, status, detail),
    ...(isDone
      ? [stepDoneItem(control.names, version, step, steps), eventItem(control.names, engine.run, finished)]
      : []),
  ]);
}

function repaired(engine: Engine, control: Control, status: MigrationStatus, detail: Record<string, unknown>) {
  return eventItem(control.names, engine.run, repairedEvent(status, detail));
}

function repairedEvent(status: MigrationStatus, detail: Record<string, unknown>): LedgerEvent {
  return { event: 'repaired', version: status.version, detail: { ...detail, stateBefore: status.state } };
}

function refused(status: MigrationStatus, why: string): Problem {
  return new Problem('usage', `${status.version} cannot be repaired so: ${why}`, {
    version: status.version,
    found: `state ${status.state}`,
    state: 'Nothing was changed.',
    next: ['See the states: taskflow-db status'],
  });
}
