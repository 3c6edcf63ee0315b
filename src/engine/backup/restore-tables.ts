import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEntries, readDumpContents, type WantedTable } from '../../backup/dump-contents.ts';
import type { BackedUpTable, BackupManifest } from '../../backup/manifest.ts';
import { refuseReadOnly, SERVER_INFO, serverInfoOf } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { inSession, loadTable } from './load-by-copy.ts';
import { listDump, loadByPgRestore } from './load-by-pg-restore.ts';
import type { LoadInto } from './load-into.ts';
import { chooseBackup, openBackup } from './open-backup.ts';
import type { OpenBackup } from './open-file.ts';
import { settleTables } from './settle-copy.ts';

export interface RestoreTablesOptions {
  readonly named: string | undefined;
  /** The database; undefined: that of the connection. */
  readonly into: string | undefined;
  /** As written: `a,schema.b`. */
  readonly tables: string;
  readonly owners: boolean;
}

export interface RestoredTables {
  readonly manifest: BackupManifest;
  readonly folder: string;
  readonly database: string;
  readonly tables: readonly { readonly name: string; readonly made: boolean; readonly rows: number }[];
}

/**
 * Loads single tables into a database that is there, in one transaction: all of them, or nothing. What is missing is made, what
 * is there must be empty. Throws as `restore` does.
 */
export async function restoreTables(engine: Engine, options: RestoreTablesOptions): Promise<RestoredTables> {
  const chosen = chooseBackup(engine, engine.target.database, options.named);
  const named = tablesNamed(options.tables, chosen.manifest);
  const database = options.into ?? engine.target.database;
  const session = await engine.connect('restore', database);
  try {
    const [row] = await session.query(SERVER_INFO.sql);
    const server = serverInfoOf(row, session.backendPid);
    refuseReadOnly(server);
    const { wanted, present } = await lookAt(session, named, chosen.manifest);
    if (chosen.manifest.method === 'copy') refuseMissing(wanted);
    const backup = await openBackup(engine, chosen);
    const into: LoadInto = {
      ...{ engine, database, session, serverMajor: Math.trunc(server.versionNum / 10_000), jobs: 1 },
      ...{ owners: options.owners, privileges: options.owners, signal: engine.signal, onTable: () => {} },
    };
    if (chosen.manifest.method === 'copy') await loadByCopy(engine, backup, into, named);
    else await loadByList(engine, backup, into, wanted, present);
    const tables = await settleTables(engine, session, chosen.manifest, { database, wanted });
    return { ...chosen, database, tables };
  } catch (error) {
    throw withState(error, database);
  } finally {
    await session.end();
  }
}

function withState(error: unknown, database: string): unknown {
  const problem = isDatabaseError(error) ? databaseProblem(error, 'the tables are not restored') : error;
  if (!(problem instanceof Problem) || problem.fields.state !== undefined) return problem;
  return problem.with({ state: `Nothing of ${database} was changed.` });
}

/** Names as SQL has them, the schema left out where it is public or there is only one such table. */
function tablesNamed(list: string, { tables, id }: BackupManifest): BackedUpTable[] {
  const words = list.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  return words.map((word) => {
    const name = word.trim();
    const found = tables.filter((table) => namesOf(table).includes(name));
    const [only] = found.length === 1 ? found : found.filter(({ schema }) => schema === 'public');
    if (only) return only;
    throw new Problem(
      'restore-refused',
      `${name} is ${found.length > 1 ? 'the name of several tables' : 'no table'} of ${id}.`,
      {
        found: (found.length > 0 ? found : tables).slice(0, SHOWN_MAX).map(shown).join(', '),
        expected: 'names as SQL has them, with their schema: public.users',
        state: 'Nothing was changed.',
      },
    );
  });
}

const SHOWN_MAX = 12;

function namesOf({ schema, name }: BackedUpTable): string[] {
  const plain = displayIdentifier(name);
  return [plain, name, `${displayIdentifier(schema)}.${plain}`, `${schema}.${name}`];
}

function shown({ schema, name }: { schema: string; name: string }): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

type Present = ReadonlySet<string>;

/** Which of them are there; those must be empty. */
async function lookAt(
  session: Session,
  named: readonly BackedUpTable[],
  { tables }: BackupManifest,
): Promise<{ wanted: WantedTable[]; present: Present }> {
  const rows = await session.query(
    `SELECT name FROM pg_catalog.unnest($1::text[]) AS name WHERE pg_catalog.to_regclass(name) IS NOT NULL`,
    [arrayOf(tables.map(({ schema, name }) => quoteQualified(schema, name)))],
  );
  const present = new Set(rows.map(({ name }) => name ?? ''));
  const wanted = named.map(({ schema, name }) => ({
    schema,
    name,
    isThere: present.has(quoteQualified(schema, name)),
  }));
  const full: string[] = [];
  for (const table of wanted.filter(({ isThere }) => isThere)) {
    const from = quoteQualified(table.schema, table.name);
    const [row] = await session.query(`SELECT EXISTS (SELECT FROM ${from}) AS has_rows`);
    if (row?.has_rows === 't') full.push(shown(table));
  }
  if (full.length === 0) return { wanted, present };
  throw new Problem('restore-refused', 'Tables that are to be restored have rows.', {
    found: full.join(', '),
    expected: 'tables that are empty, or not there',
    state: 'Nothing was changed.',
    next: ['Restore into another database (--into NAME), and take from there what is needed.', 'Or empty them first.'],
  });
}

/** A value of type text[] as text. */
function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** By COPY, definitions are one file for all tables. */
function refuseMissing(wanted: readonly WantedTable[]): void {
  const missing = wanted.filter(({ isThere }) => !isThere);
  if (missing.length === 0) return;
  throw new Problem(
    'restore-refused',
    'Tables that are to be restored are not there, and a backup by COPY makes no single ones.',
    {
      found: missing.map(shown).join(', '),
      expected: 'tables that are there, and empty',
      state: 'Nothing was changed.',
      next: ['Make them first, or restore the whole backup into a new database: taskflow-db restore'],
    },
  );
}

async function loadByCopy(
  engine: Engine,
  backup: OpenBackup,
  into: LoadInto,
  named: readonly BackedUpTable[],
): Promise<void> {
  await inSession(into, async (session) => {
    await session.query('BEGIN');
    let done = 0;
    for (const table of named) {
      engine.emit({ kind: 'restore_progress', phase: 'loading', done: done++, total: named.length, unit: 'tables' });
      await loadTable(backup, session, table);
    }
    await session.query('COMMIT');
  });
}

async function loadByList(
  { emit }: Engine,
  backup: OpenBackup,
  into: LoadInto,
  wanted: readonly WantedTable[],
  present: Present,
): Promise<void> {
  const entries = readDumpContents(await listDump(backup, into));
  const isThere = ({ schema, name }: { schema: string; name: string }) => present.has(quoteQualified(schema, name));
  const { lines, unknown, leftOut } = chooseEntries(entries, wanted, isThere, backup.manifest.tables);
  if (unknown.length > 0) throw notInDump(unknown);
  for (const one of leftOut)
    emit({ kind: 'warning', message: `Left out, for the table that it refers to is not there: ${one}` });
  const folder = mkdtempSync(join(tmpdir(), 'taskflow-restore-'));
  try {
    const list = join(folder, 'list');
    writeFileSync(list, `${lines.join('\n')}\n`, { mode: 0o600 });
    await loadByPgRestore(backup, into, [`--use-list=${list}`, '--single-transaction']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function notInDump(unknown: readonly WantedTable[]): Problem {
  return new Problem('restore-refused', `The dump holds no definition of ${unknown.map(shown).join(', ')}.`, {
    state: 'Nothing was changed.',
  });
}
