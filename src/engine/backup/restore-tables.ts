import type { BackupManifest } from '../../backup/manifest.ts';
import { objectKey } from '../../backup/statement-names.ts';
import { type Present, shownTable, type WantedTable } from '../../backup/wanted-table.ts';
import { refuseReadOnly, SERVER_INFO, serverInfoOf } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import type { LoadInto } from './load-into.ts';
import { loadSome } from './load-tables.ts';
import { chooseBackup, openBackup } from './open-backup.ts';
import { beAlone } from './other-table-restores.ts';
import { readPresent } from './present.ts';
import { settleTables } from './settle-copy.ts';
import { type TableInBackup, tablesNamed } from './tables-named.ts';

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
    if (!server.pooled) await beAlone(engine, session, database);
    const { wanted, present } = await lookAt(session, named);
    const backup = await openBackup(engine, chosen);
    const into: LoadInto = {
      ...{ engine, database, session, serverMajor: Math.trunc(server.versionNum / 10_000), jobs: 1 },
      ...{ owners: options.owners, privileges: options.owners, signal: engine.signal, onTable: () => {} },
      purpose: 'table restore',
    };
    let tables: RestoredTables['tables'] = [];
    const settle = async (within: Session) => {
      tables = await settleTables(engine, within, chosen.manifest, { database, wanted });
    };
    await loadSome(backup, into, { tables: named, wanted, present, settle });
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

/** Of who killed a restore, and does not know how far it was. */
const AS_MANY = 'as many as the backup has: an earlier restore may have loaded them';

async function rowsIn(
  session: Session,
  { schema, name }: WantedTable,
  expected: number | null,
): Promise<'none' | 'some' | 'as in the backup'> {
  const limit = expected === null ? 1 : expected + 1;
  const [row] = await session.query(
    `SELECT pg_catalog.count(*) AS amount FROM (SELECT FROM ${quoteQualified(schema, name)} LIMIT ${limit}) AS first`,
  );
  const amount = Number(row?.amount ?? 0);
  if (amount === 0) return 'none';
  return amount === expected ? 'as in the backup' : 'some';
}

/** Which of them are there; those must be empty. */
async function lookAt(
  session: Session,
  tables: readonly TableInBackup[],
): Promise<{ wanted: WantedTable[]; present: Present }> {
  const present = await readPresent(session);
  const wanted = tables.map(({ schema, name }) => ({
    schema,
    name,
    isThere: present.has(objectKey('relation', { schema, name })),
  }));
  const full: string[] = [];
  for (const [i, table] of wanted.entries()) {
    const found = table.isThere ? await rowsIn(session, table, tables[i]!.rows) : 'none';
    if (found !== 'none') full.push(`${shownTable(table)}${found === 'as in the backup' ? ` (${AS_MANY})` : ''}`);
  }
  if (full.length === 0) return { wanted, present };
  throw new Problem('restore-refused', 'Tables that are to be restored have rows.', {
    found: full.join(', '),
    expected: 'tables that are empty, or not there',
    state: 'Nothing was changed.',
    next: ['Restore into another database (--into NAME), and take from there what is needed.', 'Or empty them first.'],
  });
}
