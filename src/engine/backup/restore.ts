import { leftOutBy } from '../../backup/dump-options.ts';
import type { BackupManifest } from '../../backup/manifest.ts';
import { attach, Problem } from '../../problem/problem.ts';
import { formatBytes } from '../../problem/quantity.ts';
import { displayIdentifier, quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { cancelled } from '../pause.ts';
import { checkRows, differenceLines, type RowCheck } from './check-restored.ts';
import { createDatabaseSql, readDatabaseProperties } from './database-properties.ts';
import { loadBackup } from './load-backup.ts';
import { inSession } from './load-by-copy.ts';
import type { LoadInto } from './load-into.ts';
import { chooseBackup, openBackup } from './open-backup.ts';
import type { OpenBackup } from './open-file.ts';
import { RestoreKeeper } from './restore-keeper.ts';
import { nameWith, stampOf } from './restoring-name.ts';
import { settleCopy } from './settle-copy.ts';
import { connectedTo, giveName, refuseConnected, replace } from './swap.ts';

export interface RestoreOptions {
  /** An id or its beginning, a folder, or `latest`; undefined: that. */
  readonly named: string | undefined;
  /** The database to make, or to replace; undefined: a new one with a name of ours. */
  readonly into: string | undefined;
  /** End the sessions that are connected to the database that is replaced. */
  readonly disconnect: boolean;
  /** As the source had them; else all belongs to who restores. */
  readonly owners: boolean;
  readonly jobs: number;
  /** Asked before a database is replaced; throws where that is not wanted. */
  readonly mayReplace: (plan: RestorePlan) => Promise<void>;
}

/** What a restore is about to do. */
export interface RestorePlan {
  readonly manifest: BackupManifest;
  readonly folder: string;
  readonly into: string;
  /** By which name the database is kept that has the name now; undefined where none has. */
  readonly kept: string | undefined;
}

export interface Restored extends RestorePlan {
  readonly rows: RowCheck;
  readonly ms: number;
}

/**
 * Loads a backup into a database of its own, counts its rows, and gives it its name only then: a database that has that name is
 * renamed in the same transaction. Whatever fails, and whenever the run is killed, all that was there is as it was. Problem
 * `backup-unknown`, `backup-damaged`, `backup-key`, `restore-refused` (before anything is made), `restore-failed`, `cancelled`.
 */
export async function restore(engine: Engine, options: RestoreOptions): Promise<Restored> {
  const since = performance.now();
  const chosen = chooseBackup(engine, engine.target.database, options.named);
  const now = stampOf(new Date());
  const into = options.into ?? nameWith(chosen.manifest.source.database, `_restored_${now}`);
  const keeper = await RestoreKeeper.begin(engine, into).catch(asProblem);
  try {
    const isThere = await keeper.exists(into);
    if (isThere && options.into === undefined) throw nameTaken(into);
    const kept = isThere ? await freeName(keeper, into, `_before_restore_${now}`) : undefined;
    const plan: RestorePlan = { ...chosen, into, kept };
    if (kept !== undefined) {
      refuseScoped(chosen.manifest);
      if (!options.disconnect) refuseConnected(into, await connectedTo(keeper, into), 'Nothing was changed.');
      await options.mayReplace(plan);
    }
    const backup = await openBackup(engine, chosen);
    tellSizes(engine, chosen.manifest);
    const rows = await loadAndName(engine, keeper, backup, plan, options);
    return { ...plan, rows, ms: Math.round(performance.now() - since) };
  } catch (error) {
    throw problemOf(error);
  } finally {
    await keeper.end();
  }
}

/** How much room the server has, nobody can ask it. */
function tellSizes({ emit }: Engine, { id, files, source, leavingOut }: BackupManifest): void {
  const bytes = formatBytes(files.reduce((sum, one) => sum + one.bytes, 0));
  const whole = formatBytes(source.databaseBytes);
  for (const option of leavingOut ?? []) emit({ kind: 'warning', message: `Not in the backup: ${leftOutBy(option)}.` });
  emit({ kind: 'note', message: `Loading ${id}: ${bytes}, of a database that took ${whole} on its server.` });
}

/** Two of them in one second, or somebody's own. */
async function freeName(keeper: RestoreKeeper, name: string, suffix: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = nameWith(name, n === 1 ? suffix : `${suffix}_${n}`);
    if (!(await keeper.exists(candidate))) return candidate;
  }
}

function asProblem(error: unknown): never {
  throw problemOf(error);
}

function problemOf(error: unknown): unknown {
  return isDatabaseError(error) ? databaseProblem(error, 'the backup is not restored') : error;
}

/** It may be loaded beside a database, to look at, but is none that could stand in its place. */
function refuseScoped({ kind, id, version, direction }: BackupManifest): void {
  if (kind === 'full') return;
  const what = direction === 'rollback' ? `the rollback of ${version}` : 'one migration';
  const back = direction === 'rollback' ? [] : ['Roll the migration back: taskflow-db rollback puts it back.'];
  throw new Problem('restore-refused', `${id} holds what ${what} destroyed, not a whole database.`, {
    state: 'Nothing was changed.',
    next: [
      ...back,
      `Its rows in a new database, to take what you need: taskflow-db restore ${id}`,
      'Full backups: taskflow-db backup list',
    ],
  });
}

function nameTaken(name: string): Problem {
  return new Problem('restore-refused', `There is a database ${name} already.`, {
    state: 'Nothing was changed.',
    next: ['Name another one: --into NAME'],
  });
}

async function loadAndName(
  engine: Engine,
  keeper: RestoreKeeper,
  backup: OpenBackup,
  plan: RestorePlan,
  options: RestoreOptions,
): Promise<RowCheck> {
  await create(engine, keeper, backup.manifest, plan);
  try {
    const rows = await load(engine, keeper, backup, plan, options);
    if (engine.signal.aborted) throw cancelled();
    if (plan.kept === undefined) await giveName(engine, keeper, plan.into, backup.manifest.source.properties);
    else await replace(engine, keeper, { name: plan.into, kept: plan.kept, disconnect: options.disconnect });
    return rows;
  } catch (error) {
    throw await discarded(keeper, error, plan);
  }
}

/** As its source was made; where the manifest does not say, as the database that is replaced; where the server lacks that locale, with its own. */
async function create(
  { emit }: Engine,
  { session, server, loading }: RestoreKeeper,
  { source, id }: BackupManifest,
  { into, kept }: RestorePlan,
): Promise<void> {
  const known = kept === undefined ? undefined : await readDatabaseProperties(session, into);
  const properties = source.properties ?? known;
  const encoding = source.encoding;
  try {
    await session.query(createDatabaseSql(loading, encoding, properties, server.versionNum));
  } catch (error) {
    if (!isDatabaseError(error) || !LOCALE_REFUSED.has(error.code ?? '')) throw cannotCreate(error, session.user);
    const plain = { collate: 'C', ctype: 'C', provider: null, locale: null, icuRules: null };
    await session.query(createDatabaseSql(loading, encoding, plain, server.versionNum)).catch((later: unknown) => {
      throw cannotCreate(later, session.user);
    });
    emit({ kind: 'warning', message: `The new database has the locale C, not that of its source: ${error.message}.` });
  }
  const remark = `taskflow-db loads ${id} into it, to become ${into}; dropped when that fails`;
  await session.query(`COMMENT ON DATABASE ${quoteIdentifier(loading)} IS ${quoteLiteral(remark)}`);
}

/** No such locale, or not one of that encoding: invalid_parameter_value, wrong_object_type, undefined_object, invalid_object_definition. */
const LOCALE_REFUSED: ReadonlySet<string> = new Set(['22023', '42809', '42704', '42P17']);

function cannotCreate(error: unknown, user: string | undefined): unknown {
  if (!isDatabaseError(error)) return error;
  const { fields } = databaseProblem(error, 'no database can be made');
  return new Problem('restore-refused', 'A database for the backup cannot be made.', {
    ...fields,
    state: 'Nothing was changed.',
    ...(error.code === '42501'
      ? { next: [`An administrator allows it: ALTER ROLE ${displayIdentifier(user ?? '')} CREATEDB;`] }
      : {}),
  });
}

async function load(
  engine: Engine,
  keeper: RestoreKeeper,
  backup: OpenBackup,
  plan: RestorePlan,
  options: RestoreOptions,
): Promise<RowCheck> {
  const { owners, jobs } = options;
  const { signal, emit } = engine;
  const into: LoadInto = {
    engine,
    database: keeper.loading,
    session: keeper.session,
    serverMajor: Math.trunc(keeper.server.versionNum / 10_000),
    owners,
    privileges: owners,
    jobs,
    signal,
    onTable: (done, total) => emit({ kind: 'restore_progress', phase: 'loading', done, total, unit: 'tables' }),
  };
  await loadBackup(backup, into);
  const rows = await checkRows(into, backup.manifest.tables);
  if (rows.differences.length > 0) throw differs(rows);
  const marks = { database: plan.into, replaced: plan.kept ?? null, tables: null };
  await inSession(into, (session) => settleCopy(engine, session, backup.manifest, marks));
  return rows;
}

function differs({ differences }: RowCheck): Problem {
  return new Problem('restore-failed', 'What was loaded is not what the backup holds.', {
    found: differenceLines(differences).join('\n'),
    expected: 'as many rows as the manifest says',
    next: ['Restore another one. Which there are, and which were proven: taskflow-db backup list'],
  });
}

/** The half loaded database is dropped; the first problem is told, and what state that leaves. */
async function discarded(keeper: RestoreKeeper, error: unknown, { into, kept }: RestorePlan): Promise<unknown> {
  const first = problemOf(error);
  const whole = kept === undefined ? 'No database was made' : `${into} is as it was`;
  try {
    await keeper.drop(keeper.loading);
    return first instanceof Problem ? first.with({ state: `${whole}; what was loaded is dropped.` }) : first;
  } catch (later) {
    const left = new Problem('restore-failed', `The half loaded database ${keeper.loading} cannot be dropped.`, {
      state: `${whole}; the next restore drops what was loaded.`,
      cause: later,
    });
    return attach(first, left);
  }
}
