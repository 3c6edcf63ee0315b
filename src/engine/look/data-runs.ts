import { type FoundFiles, readFolders } from '../../files/folders.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import type { MigrationState } from '../../plan/state.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import { type DataStatus, hasRuns, statusOf } from '../data/show.ts';
import { readRuns } from '../data/store.ts';
import type { Engine } from '../engine.ts';

/** Every data migration of a database: those that have a run, and those that nobody has begun. */
export interface DataRunsView {
  readonly database: string;
  readonly runs: readonly DataStatus[];
  readonly notBegun: readonly NotBegun[];
}

/** A data migration that is to be applied and has no run yet. */
export interface NotBegun {
  readonly version: string;
  readonly description: string;
  readonly state: MigrationState;
  /** `migrate` leaves it to `data run`. */
  readonly background: boolean;
}

/** Reads over one session, takes no lock and writes nothing. */
export function dataRuns(engine: Engine): Promise<DataRunsView> {
  const found = readFolders(engine.settings.directories, engine.cwd);
  return withControl(engine, async (control) => {
    const runs = await runsOf(control);
    const begun = new Set(runs.map(({ version }) => version));
    const notBegun = toApply(control, found).filter(({ version }) => !begun.has(version));
    return { database: control.server.database, runs, notBegun: notBegun.flatMap(asNotBegun) };
  });
}

async function runsOf(control: Control): Promise<DataStatus[]> {
  if (!hasRuns(control)) return [];
  const all: DataStatus[] = [];
  for (const run of await readRuns(control.session, control.names)) all.push(await statusOf(control, run));
  return all;
}

function toApply({ ledger }: Control, { files }: FoundFiles): MigrationStatus[] {
  return reconcile(files, ledger.entries).filter(
    ({ file, entry, replacedBy }) => file && !(entry && inForce(entry)) && replacedBy === undefined,
  );
}

/** None where the file is of another kind, or cannot be read: that is said on other screens. */
function asNotBegun({ file, version, state }: MigrationStatus): NotBegun[] {
  try {
    const migration = file?.load();
    if (!migration?.data) return [];
    return [{ version, description: migration.description, state, background: migration.data.background }];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}
