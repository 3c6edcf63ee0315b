import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEntries } from '../../backup/choose-entries.ts';
import { chooseDefinitions, type Definition } from '../../backup/choose-statements.ts';
import { readDumpContents } from '../../backup/dump-contents.ts';
import { SCHEMA_FILES } from '../../backup/manifest.ts';
import { namesOfStatement } from '../../backup/statement-names.ts';
import { type Present, shownTable, type WantedTable } from '../../backup/wanted-table.ts';
import { loadParser } from '../../parser/parser.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import { quoteQualified } from '../../sql/quote.ts';
import { isTree } from '../../syntax/tree.ts';
import { inSession, loadTable, readScript, runStatements } from './load-by-copy.ts';
import { listDump, loadByPgRestore } from './load-by-pg-restore.ts';
import type { LoadInto } from './load-into.ts';
import type { OpenBackup } from './open-file.ts';
import { advanceSequences } from './settle-copy.ts';
import { type TableInBackup, tablesOf } from './tables-named.ts';

export interface TablesToLoad {
  /** In the order in which their rows are loaded. */
  readonly tables: readonly TableInBackup[];
  readonly wanted: readonly WantedTable[];
  /** What there is in the database. */
  readonly present: Present;
  /** Behind the rows, in their transaction, or, where pg_restore has its own, behind that. */
  readonly settle: (session: Session) => Promise<void>;
}

/** Loads them in one transaction. Problem `restore-refused` where they need what is neither there nor made for them. */
export function loadSome(backup: OpenBackup, into: LoadInto, some: TablesToLoad): Promise<void> {
  return backup.manifest.method === 'copy' ? someByCopy(backup, into, some) : someByList(backup, into, some);
}

async function someByList(
  backup: OpenBackup,
  into: LoadInto,
  { wanted, present, settle }: TablesToLoad,
): Promise<void> {
  const entries = readDumpContents(await listDump(backup, into));
  const chosen = chooseEntries(entries, wanted, present, tablesOf(backup.manifest));
  if (chosen.unknown.length > 0) throw notInBackup(chosen.unknown);
  tell(into, chosen, backup);
  const folder = mkdtempSync(join(tmpdir(), 'taskflow-restore-'));
  try {
    const list = join(folder, 'list');
    writeFileSync(list, `${chosen.lines.join('\n')}\n`, { mode: 0o600 });
    // Who kills this run behind the rows, which pg_restore commits by itself, has numbers that are free all the same.
    await advanceSequences(
      into.session,
      backup.manifest,
      wanted.filter(({ isThere }) => isThere),
    );
    await loadByPgRestore(backup, into, [`--use-list=${list}`, '--single-transaction']);
    await settle(into.session);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function someByCopy(backup: OpenBackup, into: LoadInto, { tables, wanted, present, settle }: TablesToLoad) {
  const isMade = wanted.some(({ isThere }) => !isThere);
  const all = isMade ? await definitionsOf(backup, into) : [];
  const chosen = chooseDefinitions(all, isMade ? wanted : [], present);
  const unknown = chosen.unknown.filter(({ isThere }) => !isThere);
  if (unknown.length > 0) throw notInBackup(unknown);
  tell(into, chosen, backup);
  const loaded = tables.filter(({ file }) => file !== null);
  await inSession(into, async (session) => {
    await session.query('BEGIN');
    // The database is in use: what is said to be there must be there after a crash.
    await session.query('SET LOCAL synchronous_commit = on');
    await runStatements(session, sqlOf(chosen.before), SCHEMA_FILES.pre);
    await setSequences(backup, session, chosen.beside);
    for (const [done, table] of loaded.entries()) {
      const { emit } = into.engine;
      emit({ kind: 'restore_progress', phase: 'loading', done, total: loaded.length, unit: 'tables' });
      await loadTable(backup, session, table);
    }
    await runStatements(session, sqlOf(chosen.behind), SCHEMA_FILES.post);
    await settle(session);
    await session.query('COMMIT');
  });
}

function sqlOf(definitions: readonly Definition[]): string[] {
  return definitions.map(({ sql }) => sql);
}

async function definitionsOf(backup: OpenBackup, into: LoadInto): Promise<Definition[]> {
  const parse = await loadParser();
  const all: Definition[] = [];
  for (const file of [SCHEMA_FILES.pre, SCHEMA_FILES.post])
    for (const sql of await readScript(backup, file, into)) {
      const tree = parse(sql);
      if (isTree(tree)) all.push({ sql, names: namesOfStatement(tree.node), behind: file === SCHEMA_FILES.post });
    }
  return all;
}

/** Those that belong to no column, and are made for a table. */
async function setSequences({ manifest }: OpenBackup, session: Session, beside: readonly string[]): Promise<void> {
  for (const { schema, name, lastValue, isCalled } of manifest.sequences) {
    if (!beside.includes(`relation ${shownTable({ schema, name })}`)) continue;
    await session.query('SELECT pg_catalog.setval($1::pg_catalog.regclass, $2::bigint, $3::boolean)', [
      quoteQualified(schema, name),
      lastValue,
      String(isCalled),
    ]);
  }
}

interface Said {
  readonly leftOut: readonly string[];
  readonly beside: readonly string[];
  readonly missing: readonly string[];
}

function tell({ engine, database }: LoadInto, { leftOut, beside, missing }: Said, { manifest }: OpenBackup): void {
  if (missing.length > 0) throw needs(missing, database, manifest.id);
  for (const what of leftOut) engine.emit({ kind: 'warning', message: `Left out: ${what}.` });
  if (beside.length === 0) return;
  const some = beside.slice(0, SHOWN_MAX).map((one) => one.replace('relation ', 'sequence '));
  const more = beside.length > SHOWN_MAX ? ` and ${count(beside.length - SHOWN_MAX, 'more object')}` : '';
  engine.emit({ kind: 'note', message: `Made as well, because the tables need it: ${some.join(', ')}${more}.` });
}

const SHOWN_MAX = 10;

function needs(missing: readonly string[], database: string, id: string): Problem {
  const extension = missing.map((one) => /^extension (.*)/.exec(one)?.[1]).find((one) => one !== undefined);
  const table = missing.map((one) => /^table (.*)/.exec(one)?.[1]).find((one) => one !== undefined);
  return new Problem('restore-refused', `The tables need what ${database} does not have.`, {
    found: `missing: ${missing.join(', ')}`,
    state: 'Nothing was changed.',
    next: [
      ...(extension === undefined ? [] : [`In ${database}, first: CREATE EXTENSION ${extension};`]),
      ...(table === undefined ? [] : [`Name it too, before those that need it: --tables ${table},...`]),
      `Or restore all of it beside: taskflow-db restore ${id}`,
    ],
  });
}

function notInBackup(unknown: readonly WantedTable[]): Problem {
  return new Problem('restore-refused', `The backup holds no definition of ${unknown.map(shownTable).join(', ')}.`, {
    state: 'Nothing was changed.',
  });
}
