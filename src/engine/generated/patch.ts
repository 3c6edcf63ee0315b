import { existsSync } from 'node:fs';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import type { Ledger } from '../../ledger/read.ts';
import type { LedgerEntry } from '../../plan/ledger-entry.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import { type PlannedMigration, planUp } from '../../plan/up.ts';
import { gather, Problem } from '../../problem/problem.ts';
import { withControl } from '../control.ts';
import { loadScript, type Script } from '../scratch/load-script.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type GeneratedFile, type GeneratedState, settle } from './generated-file.ts';
import { EVERY_EXTENSION, guardedNeeds, planWithGuarded, whyLeftToMigrate } from './guarded.ts';
import { type PatchMigration, type PatchPlace, patchGuard, patchPart } from './patch-part.ts';
import { heading } from './sql-text.ts';

export interface PatchOptions extends PatchPlace {
  readonly directories: readonly string[];
  readonly cwd: string;
}

export interface Patch {
  readonly text: string;
  /** The versions that it holds, in order. */
  readonly versions: readonly string[];
  /** What comes behind it and is for `migrate` to run; the same stands in its head. */
  readonly leftToMigrate: readonly LeftToMigrate[];
}

export interface LeftToMigrate {
  readonly version: string;
  readonly why: string;
}

/**
 * The file for installations that were loaded from `complete`, the file for new ones: the migrations that this does not
 * record, each with its record. It is loaded into a scratch database to see what it records. The same files give the same
 * text on any server. Problem `checksum-mismatch` where it records a migration that has been edited since,
 * `tracking-layout` where its tracking tables are older than this version of the tool.
 */
export async function patchSchema(scratch: Scratch, complete: Script, options: PatchOptions): Promise<Patch> {
  const files = refuseComplaints(readFolders(options.directories, options.cwd));
  const ledger = await ledgerOf(scratch, complete);
  refuseOlderLayout(ledger, complete);
  const statuses = reconcile(files, ledger.entries.map(asHeld));
  refuseEdited(statuses, complete);
  const { versionNum } = scratch.server;
  const plan = planUp(statuses, {
    allowLate: true,
    whole: true,
    serverVersionNum: versionNum,
    extensions: EVERY_EXTENSION,
  });
  const { guarded } = planWithGuarded(files, versionNum);
  const { held, left } = cut(plan.migrations);
  const migrations = held.map((one): PatchMigration => ({ ...one, mayBeSkipped: guardedNeeds(one, guarded) }));
  const anywhere = ledger.entries.map(({ version }) => version).filter((version) => !guarded.has(version));
  const versions = migrations.map(({ version }) => version);
  return { text: textOf(migrations, left, anywhere, options), versions, leftToMigrate: left };
}

async function ledgerOf(scratch: Scratch, complete: Script): Promise<Ledger> {
  const database = await loaded(scratch, complete);
  const { ledger } = await withControl(database.engine, (control) => Promise.resolve(control));
  return { ...ledger, entries: [...ledger.entries].sort((a, b) => a.appliedOrder - b.appliedOrder) };
}

/** It is loaded anew where a role was missing that is there now. */
async function loaded(scratch: Scratch, complete: Script): Promise<ScratchDatabase> {
  for (;;) {
    const database = await scratch.create();
    try {
      await loadScript(scratch, database, complete);
      return database;
    } catch (error) {
      if (!(error instanceof Problem) || !(await scratch.roles.mend(error))) throw error;
      await database.drop();
    }
  }
}

function refuseOlderLayout({ layout }: Ledger, { file }: Script): void {
  if (layout === LAYOUT_NEWEST) return;
  const found = layout === undefined ? 'no tracking tables' : `tracking tables of layout ${layout}`;
  throw new Problem('tracking-layout', `${file} makes ${found}`, {
    where: { file },
    expected: `layout ${LAYOUT_NEWEST}`,
    state: 'Nothing was written.',
    next: ['Write it anew: taskflow-db schema dump'],
  });
}

/** What needs an extension is held by the file, too, whatever the scratch server made of it. */
function asHeld(entry: LedgerEntry): LedgerEntry {
  return entry.type === 'skipped' ? { ...entry, type: 'migration', success: true, errorMessage: null } : entry;
}

/** An installation that was loaded from it has what the file was before. */
function refuseEdited(statuses: readonly MigrationStatus[], { file }: Script): void {
  const edited = statuses.filter(({ state }) => state === 'modified');
  if (edited.length === 0) return;
  const complaints = edited.map(
    ({ version, file: source, entry }) =>
      new Problem('checksum-mismatch', `${version} was changed after ${file} was written`, {
        version,
        where: { file: source?.file ?? '' },
        found: `checksum ${source?.checksum}`,
        expected: `checksum ${entry?.checksum}, which ${file} records`,
        next: [
          'Where no database has it yet, write the file anew: taskflow-db schema dump',
          'Else restore the file, and put the change into a new migration.',
        ],
      }),
  );
  throw gather('checksum-mismatch', `${file} holds migrations as they were before they were changed`, complaints).with({
    state: 'Nothing was written.',
  });
}

/** From the first on that cannot be written, all are left: behind it the others would be too early. */
function cut(migrations: readonly PlannedMigration[]): { held: readonly PlannedMigration[]; left: LeftToMigrate[] } {
  const at = migrations.findIndex((one) => whyLeftToMigrate(one) !== undefined);
  if (at === -1) return { held: migrations, left: [] };
  const first = migrations[at]?.version ?? '';
  const left = migrations.slice(at).map((one) => ({
    version: one.version,
    why: whyLeftToMigrate(one) ?? `it comes after ${first}`,
  }));
  return { held: migrations.slice(0, at), left };
}

function textOf(
  migrations: readonly PatchMigration[],
  left: readonly LeftToMigrate[],
  held: readonly string[],
  place: PatchPlace,
): string {
  const head = headOf(migrations, left);
  if (migrations.length === 0) return head;
  const parts = migrations.flatMap((one) => [heading(headingOf(one)), patchPart(one, place)]);
  return [head, "SET client_encoding = 'UTF8';\n", patchGuard(held, place), ...parts].join('\n');
}

function headingOf({ version, migration }: PatchMigration): string {
  const names = migration.headers.requires.map(({ extension }) => extension);
  return names.length === 0 ? version : `${version}, where the extension ${names.join(', ')} can be had`;
}

function headOf(migrations: readonly PatchMigration[], left: readonly LeftToMigrate[]): string {
  const held = migrations.map(({ version }) => `--   ${version}\n`).join('');
  const nothing = left.length === 0 ? 'Nothing yet: init-complete.sql holds every migration.' : 'Nothing.';
  const listed = migrations.length === 0 ? `-- ${nothing}\n` : `-- It holds:\n${held}`;
  const rest = left.map(({ version, why }) => `--   ${version}: ${why}\n`).join('');
  return `${HEAD}--
${listed}${left.length === 0 ? '' : `--\n-- Left to taskflow-db migrate, which is to be run behind it:\n${rest}`}
\\set ON_ERROR_STOP on
`;
}

const HEAD = `-- What came after init-complete.sql and is not folded into it yet
--
--   psql -d DATABASE -f init-complete-patch.sql
--
-- Written by "taskflow-db schema patch" from the migrations, not by hand; "taskflow-db schema dump" folds it in. For the owner
-- of a database that init-complete.sql was loaded into. Each migration is one transaction with its record, and what is applied
-- already is passed over. It stops at the first error: what came before that is done, and it can be loaded again.
`;

/** The patch where the file for new installations holds every migration. */
const EMPTY_PATCH = headOf([], []);

/** Empties the patch, which the file for new installations holds now. Undefined where there is no such file. */
export function foldPatch(place: GeneratedFile, check: boolean): GeneratedState | undefined {
  return existsSync(place.path) ? settle(place, EMPTY_PATCH, check) : undefined;
}
