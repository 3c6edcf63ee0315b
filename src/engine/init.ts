import { readFolders, refuseComplaints } from '../files/folders.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { reconcile } from '../plan/reconcile.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { checkTrackingUnderLock, isUnmarkedProduction, prepareTracking, rememberProduction } from './tracking.ts';

export interface InitResult {
  readonly database: string;
  readonly schema: string;
  readonly layout: number;
  /** The tables were made or changed by this call. */
  readonly changed: boolean;
  /** Versions recorded as baseline because what they create was there. */
  readonly adopted: readonly string[];
  readonly pending: readonly string[];
}

export interface InitOptions {
  /** Called with what will be changed before anything is written: may ask the person, and throws to stop. */
  readonly approve?: (change: string, control: Control) => Promise<void>;
}

/**
 * Creates or upgrades the tracking tables. The first time, on a database that has objects already, it adopts: every
 * version all of whose objects are there is recorded as baseline, nothing else. A table that is there but lacks columns
 * counts as there (running its CREATE TABLE would not add them, and undoing it must never drop it), and is named.
 */
export async function init(engine: Engine, options: InitOptions = {}): Promise<InitResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    return withRunnerLock(engine, control, (held) => initUnderLock(engine, control, held, files, options));
  });
}

async function initUnderLock(
  engine: Engine,
  control: Control,
  held: Ledger,
  files: readonly MigrationFile[],
  { approve }: InitOptions,
): Promise<InitResult> {
  const outlook = await checkTrackingUnderLock(engine, control, held, { files, mayAdopt: true });
  const marks = isUnmarkedProduction(engine, held) ? 'Mark the database as production' : undefined;
  const change = outlook.change ?? marks;
  if (change) await approve?.(change, control);
  const { ledger, adopted } = await prepareTracking(engine, control, outlook);
  await rememberProduction(engine, control, ledger);
  const pending = reconcile(files, ledger.entries).filter((status) => status.state === 'pending');
  return {
    database: control.server.database,
    schema: control.names.schema,
    layout: LAYOUT_NEWEST,
    changed: change !== undefined,
    adopted,
    pending: pending.map((status) => status.version),
  };
}
