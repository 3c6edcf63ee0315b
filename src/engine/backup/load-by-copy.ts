import { type BackedUpTable, SCHEMA_FILES } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { splitScript } from '../../sql/splitter.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { cancelled } from '../pause.ts';
import type { LoadInto } from './load-into.ts';
import { type OpenBackup, openUnpacked } from './open-file.ts';

/** Of single tables that refer to others. */
export const REFERRED = 'Name the tables that they refer to as well, before them: --tables PARENT,CHILD';

/** Loads what we have taken by COPY: definitions, rows in several sessions, sequences, then what stands behind rows. */
export async function loadByCopy(backup: OpenBackup, into: LoadInto): Promise<void> {
  await inSession(into, (session) => runScript(backup, SCHEMA_FILES.pre, session, into));
  await loadTables(backup, into, backup.manifest.tables);
  await inSession(into, async (session) => {
    await setSequences(backup, session);
    await runScript(backup, SCHEMA_FILES.post, session, into);
  });
}

/** Loads the rows of these tables, `into.jobs` at once, the largest first. */
export async function loadTables(backup: OpenBackup, into: LoadInto, tables: readonly BackedUpTable[]): Promise<void> {
  const sizes = new Map(backup.manifest.files.map(({ path, bytes }) => [path, bytes]));
  const size = ({ file }: BackedUpTable) => sizes.get(file ?? '') ?? 0;
  const waiting = tables.filter(({ file }) => file !== null).sort((a, b) => size(b) - size(a));
  let done = 0;
  const one = (session: Session, table: BackedUpTable) =>
    loadTable(backup, session, table).then(() => into.onTable(++done, tables.length));
  const workers = Array.from({ length: Math.min(into.jobs, waiting.length) }, () =>
    inSession(into, async (session) => {
      for (let table = waiting.shift(); table && !into.signal.aborted; table = waiting.shift())
        await one(session, table);
    }),
  );
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** The rows of one table: all, or none. */
export async function loadTable(
  backup: OpenBackup,
  session: Session,
  table: Pick<BackedUpTable, 'schema' | 'name' | 'columns' | 'file'>,
): Promise<number> {
  const name = quoteQualified(table.schema, table.name);
  const columns = (table.columns ?? []).map(quoteIdentifier).join(', ');
  return session.copyIn(
    `COPY ${name}${columns === '' ? '' : ` (${columns})`} FROM STDIN`,
    openUnpacked(backup, table.file ?? ''),
  );
}

async function setSequences({ manifest }: OpenBackup, session: Session): Promise<void> {
  const items = manifest.sequences.map(({ schema, name, lastValue, isCalled }) => ({
    sql: 'SELECT pg_catalog.setval($1::pg_catalog.regclass, $2::bigint, $3::boolean)',
    params: [quoteQualified(schema, name), lastValue, String(isCalled)],
  }));
  if (items.length > 0) await session.batch([items]);
}

/** What decides how rows and expressions are read, for the whole session. */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  check_function_bodies: 'off',
  default_transaction_read_only: 'off',
  synchronous_commit: 'off',
};

export async function inSession<T>(
  { engine, database, signal, purpose = 'restore' }: Pick<LoadInto, 'engine' | 'database' | 'signal' | 'purpose'>,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.connect(purpose, database);
  const cancel = () => void session.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const { role } = engine.settings;
    const settings = Object.entries({ ...SETTINGS, ...(role === undefined ? {} : { role }) }).map(([name, value]) => ({
      sql: 'SELECT pg_catalog.set_config($1, $2, false)',
      params: [name, value],
    }));
    await session.batch([settings]);
    return await use(session);
  } catch (error) {
    throw problemOf(error, signal);
  } finally {
    signal.removeEventListener('abort', cancel);
    await session.end();
  }
}

function problemOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return cancelled('Nothing of yours was touched; what was loaded is dropped.');
  if (error instanceof Problem) return error;
  if (!isDatabaseError(error)) return databaseProblem(error, 'the backup is not loaded');
  const { next: _, ...fields } = databaseProblem(error, 'the backup is not loaded').fields;
  return new Problem('restore-failed', 'The server refused a part of the backup.', {
    ...fields,
    ...nextAfter(error.code),
  });
}

/** For a database that is being loaded: what helps a migration does not help here. */
function nextAfter(code: string | undefined): { next?: string[] } {
  const next = NEXT[code ?? ''];
  return next === undefined ? {} : { next: [next] };
}

const NEXT: Readonly<Record<string, string>> = {
  '23503': REFERRED,
  '42501': 'Restore as a superuser, or without owners and privileges: --no-owner',
  '42704': 'What it names must be there first: a role (or do without: --no-owner), or an extension.',
  '53100': 'Make room on the server, and run the command again.',
};

/** So many statements go to the server at once. */
const STATEMENTS_MAX = 200;

async function runScript(backup: OpenBackup, name: string, session: Session, into: LoadInto): Promise<void> {
  await runStatements(session, await readScript(backup, name, into), name);
}

/** The statements of one of its files of definitions, without those of owners and privileges where they are not wanted. */
export async function readScript(
  backup: OpenBackup,
  name: string,
  into: Pick<LoadInto, 'owners' | 'privileges'>,
): Promise<string[]> {
  const file = backup.manifest.files.find(({ path }) => path === name || path.startsWith(`${name}.`));
  if (!file) throw lacks(name);
  const parts: Buffer[] = [];
  for await (const part of openUnpacked(backup, file.path)) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return [...splitScript(text)].flatMap((one) =>
    one.kind === 'statement' && isWanted(one.words, into) ? [text.slice(one.start, one.end)] : [],
  );
}

/** `file`: where they are from. Throws Problem `restore-failed` with the statement that the server refuses. */
export async function runStatements(session: Session, statements: readonly string[], file: string): Promise<void> {
  for (let at = 0; at < statements.length; at += STATEMENTS_MAX) {
    const some = statements.slice(at, at + STATEMENTS_MAX);
    const batch = await session.runBatch(some.map((sql) => [{ sql }]));
    const { failure } = batch;
    if (failure) throw refused(failure.error, some[failure.segment] ?? '', file);
  }
}

/** Owners and privileges stand in statements of their own. */
function isWanted(words: readonly string[], { owners, privileges }: Pick<LoadInto, 'owners' | 'privileges'>): boolean {
  const [first, second] = words;
  if (first === 'GRANT' || first === 'REVOKE' || (first === 'ALTER' && second === 'DEFAULT')) return privileges;
  return owners || !(first === 'ALTER' && words.includes('OWNER'));
}

function lacks(name: string): Problem {
  return new Problem('backup-damaged', 'The backup says that it is by COPY, and has no definitions.', {
    expected: name,
    state: 'Nothing was restored or changed.',
  });
}

function refused(error: unknown, statement: string, file: string): Problem {
  const { next: _, ...fields } = databaseProblem(error, `${file} cannot be loaded`).fields;
  const code = isDatabaseError(error) ? error.code : undefined;
  const next = nextAfter(code);
  return new Problem('restore-failed', `A statement of ${file} of the backup cannot be run.`, {
    ...fields,
    statement,
    ...next,
  });
}
