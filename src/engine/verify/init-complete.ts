import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compareSchemas } from '../../catalog/compare.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import { Problem } from '../../problem/problem.ts';
import type { Check, CheckState } from '../../verify/check.ts';
import { withControl } from '../control.ts';
import { leftToMigrate } from '../generated/guarded.ts';
import { readSchema } from '../schema/read-schema.ts';
import { loadScript, readScript, type Script } from '../scratch/load-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { compareRows, type RowDifference } from './seed-rows.ts';
import { withoutUnsettled } from './settled.ts';

/** The file for new installations, and what has come since. */
export interface CompleteFiles {
  readonly complete: Script;
  readonly patch: Script | undefined;
}

/** Beside the first folder of migrations, in `postgresql/`; undefined where there is none. */
export function completeFiles(directories: readonly string[], cwd: string): CompleteFiles | undefined {
  const folder = join(dirname(directories[0] ?? '.'), 'postgresql');
  const complete = scriptAt(join(folder, 'init-complete.sql'), cwd);
  return complete && { complete, patch: scriptAt(join(folder, 'init-complete-patch.sql'), cwd) };
}

function scriptAt(path: string, cwd: string): Script | undefined {
  return existsSync(path) ? readScript(path, relative(cwd, path)) : undefined;
}

const check = (state: CheckState, detail: string, more: Partial<Check> = {}): Check => ({
  name: 'init-complete',
  version: null,
  state,
  detail,
  ...more,
});

export const NO_COMPLETE_FILE = check('not-checked', 'there is no postgresql/init-complete.sql beside the migrations');

/**
 * Whether the file for new installations makes what the migrations make: the same schema, owners and privileges included, the
 * same rows, and a record of every migration, so that migrate finds nothing to do. `skipped`: versions that this server cannot
 * run. What the file leaves to migrate is run behind it.
 */
export async function checkComplete(
  scratch: Scratch,
  { complete, patch }: CompleteFiles,
  replayed: ScratchDatabase,
  files: readonly MigrationFile[],
  skipped: ReadonlySet<string>,
): Promise<Check[]> {
  const database = await scratch.create();
  try {
    await loadScript(scratch, database, complete);
    if (patch) await loadScript(scratch, database, patch);
    const where = { where: { file: complete.file } };
    const left = await runWhatIsLeft(scratch, database, files);
    const schema = await compareWith(database, replayed);
    const rows = await compareRows(replayed, database);
    const records = await recordsOf(database, files, skipped);
    const changes = await withoutUnsettled(replayed, database, schema.difference.changes);
    const found = [
      ...(records.lacking.length === 0 ? [] : [ofLacking(records.lacking, where)]),
      ...(changes.length === 0 ? [] : [ofSchema(changes, where)]),
      ...rows.differences.map((one) => check('failed', rowsDetail(one), where)),
      ...records.others.map((detail) => check('failed', detail, where)),
    ];
    if (found.length > 0) return found;
    const notes = schema.difference.notes.map(({ name }) => name);
    const order = notes.length > 0 ? `; columns stand in another order: ${notes.join(', ')}` : '';
    const behind = left.length > 0 ? `; behind it migrate runs ${left.join(', ')}` : '';
    return [
      check(notes.length > 0 ? 'note' : 'ok', `equal: ${schema.objects} objects, ${rows.rows} rows${behind}${order}`),
    ];
  } catch (error) {
    if (!(error instanceof Problem) || scratch.lost || error.code === 'cancelled') throw error;
    const at = error.fields.where ? { where: error.fields.where } : {};
    return [
      check('failed', `${error.message}: ${error.fields.server?.message ?? ''}`.replace(/: $/, ''), {
        problem: error,
        ...at,
      }),
    ];
  } finally {
    if (!scratch.lost) await database.drop();
  }
}

/** Returns the versions that were left. Those that the file merely lacks are none of them. */
async function runWhatIsLeft(
  scratch: Scratch,
  database: ScratchDatabase,
  files: readonly MigrationFile[],
): Promise<readonly string[]> {
  const versions = leftToMigrate(files, scratch.server.versionNum);
  if (versions.size === 0) return [];
  const statuses = await withControl(database.engine, async ({ ledger }) => reconcile(files, ledger.entries));
  const left = statuses.filter(({ version, state }) => versions.has(version) && state === 'skipped');
  const there = statuses.filter(({ state }) => state === 'applied' || state === 'baseline');
  if (left.length === 0) return [];
  const skipped = await replay(
    scratch,
    database,
    [...there, ...left].map(({ file }) => file!),
  );
  return left.map(({ version }) => version).filter((version) => !skipped.some((one) => one.version === version));
}

async function compareWith(database: ScratchDatabase, replayed: ScratchDatabase) {
  const included = { owners: true, privileges: true };
  const [before, after] = [await readSchema(replayed.engine, included), await readSchema(database.engine, included)];
  return { difference: compareSchemas(before.schema, after.schema), objects: before.schema.objects.length };
}

function ofSchema(changes: NonNullable<Check['changes']>, where: Pick<Check, 'where'>): Check {
  const detail = `it does not make what the migrations make: ${changes.length} ${changes.length === 1 ? 'difference' : 'differences'}`;
  return check('failed', detail, { ...where, changes, sides: { before: 'migrations', after: 'init-complete.sql' } });
}

const ROWS_SHOWN = 2;

function rowsDetail({ table, before, after, only }: RowDifference): string {
  if (!only) return `rows of ${table} differ: ${before} by the migrations, ${after} by the file, too many to say which`;
  const some = (rows: readonly string[]) => rows.slice(0, ROWS_SHOWN).join(' ');
  const parts = [
    ...(only.before.length > 0 ? [`${only.before.length} only by the migrations (${some(only.before)})`] : []),
    ...(only.after.length > 0 ? [`${only.after.length} only by the file (${some(only.after)})`] : []),
  ];
  return `rows of ${table} differ: ${parts.join(', ')}`;
}

interface Records {
  /** Versions that the file does not record. */
  readonly lacking: readonly string[];
  readonly others: readonly string[];
}

/** What a migrate behind the file would find. */
function recordsOf(
  { engine }: ScratchDatabase,
  files: readonly MigrationFile[],
  skipped: ReadonlySet<string>,
): Promise<Records> {
  return withControl(engine, async ({ ledger }) => {
    const statuses = reconcile(files, ledger.entries);
    const lacking = statuses.filter((one) => !IS_RECORDED.has(one.state) && !skipped.has(one.version));
    return { lacking: lacking.map(({ version }) => version), others: statuses.flatMap(complaintOn) };
  });
}

const IS_RECORDED: ReadonlySet<string> = new Set(['modified', 'missing', 'applied', 'baseline']);

function complaintOn({ version, state }: MigrationStatus): string[] {
  if (state === 'modified') return [`it records ${version} with another checksum than the file has`];
  return state === 'missing' ? [`it records ${version}, of which there is no file`] : [];
}

const LACKING_SHOWN = 3;

/** What comes of a new migration, and the way to mend it; differences of the schema follow from it. */
function ofLacking(versions: readonly string[], where: Pick<Check, 'where'>): Check {
  const shown = [...versions.slice(0, LACKING_SHOWN), ...(versions.length > LACKING_SHOWN ? ['...'] : [])].join(', ');
  const what = `it does not record ${shown}; what is newer is written by taskflow-db schema patch, all of it by schema dump`;
  return check('failed', what, where);
}
