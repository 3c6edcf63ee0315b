import { type BackedUpTable, SCHEMA_FILES } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { splitScript } from '../../sql/splitter.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { cancelled } from '../pause.ts';
import type { LoadInto } from './load-into.ts';
import { type OpenBackup, openUnpacked } from './open-file.ts';

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
async function loadTables(backup: OpenBackup, into: LoadInto, tables: readonly BackedUpTable[]): Promise<void> {
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
export async function loadTable(backup: OpenBackup, session: Session, table: BackedUpTable): Promise<number> {
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
  { engine, database, signal }: Pick<LoadInto, 'engine' | 'database' | 'signal'>,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.connect('restore', database);
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
  const { fields } = databaseProblem(error, 'the backup is not loaded');
  return new Problem('restore-failed', 'The server refused a part of the backup.', { ...fields });
}

/** So many statements go to the server at once. */
const STATEMENTS_MAX = 200;

async function runScript(backup: OpenBackup, name: string, session: Session, into: LoadInto): Promise<void> {
  const file = backup.manifest.files.find(({ path }) => path === name || path.startsWith(`${name}.`));
  if (!file) throw lacks(name);
  const parts: Buffer[] = [];
  for await (const part of openUnpacked(backup, file.path)) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  const statements = [...splitScript(text)].flatMap((one) =>
    one.kind === 'statement' && isWanted(one.words, into) ? [text.slice(one.start, one.end)] : [],
  );
  for (let at = 0; at < statements.length; at += STATEMENTS_MAX) {
    const some = statements.slice(at, at + STATEMENTS_MAX);
    const batch = await session.runBatch(some.map((sql) => [{ sql }]));
    const { failure } = batch;
    if (failure) throw refused(failure.error, some[failure.segment] ?? '', file.path);
  }
}

/** Owners and privileges stand in statements of their own. */
function isWanted(words: readonly string[], { owners, privileges }: LoadInto): boolean {
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
  const { fields } = databaseProblem(error, `${file} cannot be loaded`);
  return new Problem('restore-failed', `A statement of ${file} of the backup cannot be run.`, { ...fields, statement });
}
