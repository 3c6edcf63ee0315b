import { readFolders, refuseComplaints } from '../files/folders.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import { appliedItem, eventItem } from '../ledger/write.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { reconcile } from '../plan/reconcile.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { type Control, rereadLedger, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { presenceOf } from './existing.ts';
import { recordedMigration } from './recorded.ts';
import { withRunnerLock } from './runner-lock.ts';
import { createTracking, hasObjects } from './tracking.ts';

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

/**
 * Creates or upgrades the tracking tables. The first time, on a database that has objects already, it adopts: every
 * version all of whose objects are there is recorded as baseline, nothing else.
 */
export async function init(engine: Engine): Promise<InitResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    return withRunnerLock(engine, control, (held) => initUnderLock(engine, control, held, files));
  });
}

async function initUnderLock(
  engine: Engine,
  control: Control,
  held: Ledger,
  files: readonly MigrationFile[],
): Promise<InitResult> {
  const firstTime = held.layout === undefined || held.layout === 0;
  const occupied = firstTime && (held.layout === 0 || (await hasObjects(control)));
  let ledger = held.layout === LAYOUT_NEWEST ? held : await createTracking(engine, control, held);
  const adopted = occupied ? await adopt(engine, control, ledger, files) : [];
  if (adopted.length > 0) {
    engine.emit({ kind: 'adopted', versions: adopted });
    ledger = (await rereadLedger(control)).ledger;
  }
  const pending = reconcile(files, ledger.entries).filter((status) => status.state === 'pending');
  return {
    database: control.server.database,
    schema: control.names.schema,
    layout: LAYOUT_NEWEST,
    changed: held.layout !== LAYOUT_NEWEST,
    adopted,
    pending: pending.map((status) => status.version),
  };
}

/** Records as baseline every version that has no row yet and whose objects are all there. */
async function adopt(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  files: readonly MigrationFile[],
): Promise<string[]> {
  const known = new Set(ledger.entries.map((entry) => entry.version));
  const presences = await presenceOf(
    engine,
    control,
    files.filter((file) => !known.has(file.version)),
  );
  const there = presences.filter(({ created, absent }) => created.length > 0 && absent.length === 0);
  const items = there.map(({ file, created }) => {
    const recorded = recordedMigration(file.load(), engine.settings.storeSql, 'baseline');
    const detail = { found: created.map((object) => `${object.kind} ${object.name}`) };
    return appliedItem(control.names, engine.run, recorded, { event: 'adopted', version: file.version, detail }, 0);
  });
  const summary = eventItem(control.names, engine.run, {
    event: 'adopted',
    version: null,
    detail: { versions: there.map(({ file }) => file.version), rowsBefore: ledger.entries.length },
  });
  if (items.length > 0) await control.session.batch([[...items, summary]]);
  return there.map(({ file }) => file.version);
}
