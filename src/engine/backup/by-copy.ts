import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BackedUpTable, type BackupFile, SCHEMA_FILES } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { fileSuffix, writeFileOf } from './backup-file.ts';
import type { SourceTable } from './contents.ts';
import { writeSchema } from './copy-schema.ts';
import { rowsOf } from './count-rows.ts';
import type { Job, Taken } from './job.ts';
import { openFollower } from './leader.ts';

/**
 * Takes the database without pg_dump: the schema as SQL, the rows of each table by COPY in text format, several at once in the
 * leader's snapshot. What such a backup lacks is named.
 */
export async function takeByCopy(job: Job): Promise<Taken> {
  const { leader, contents, partial, sealer } = job;
  await lockTables(job);
  const columns = await columnsOf(leader.session);
  const { preData, postData, notWritten } = await writeSchema(job.engine, leader);
  const files = new Map<string, BackupFile>();
  const write = async (name: string, text: string) => {
    const packing = { compression: { algorithm: 'none' }, sealer } as const;
    const path = `${name}${fileSuffix(packing)}`;
    files.set(path, await writeFileOf(partial.path, path, [Buffer.from(text)], packing));
  };
  await write(SCHEMA_FILES.pre, preData);
  await write(SCHEMA_FILES.post, postData);
  mkdirSync(join(partial.path, 'data'), { mode: 0o700 });
  const tables = await copyAll(job, columns, files);
  return {
    method: 'copy',
    writtenBy: [],
    compression: job.compression,
    tables,
    files,
    leftOut: [
      ...notWritten.map(({ type, name, why }) => `${type} ${name}: ${why}`),
      ...(contents.largeObjects > 0 ? [`large objects: there are ${contents.largeObjects}`] : []),
      ...(await otherThings(leader.session)),
    ],
  };
}

const AT_ONCE = 500;

/** From now on nobody drops or alters them: what is in the snapshot is what is read. */
async function lockTables({ leader }: Job): Promise<void> {
  const tables = await leader.session.query(LOCKED);
  for (let at = 0; at < tables.length; at += AT_ONCE) {
    const names = tables.slice(at, at + AT_ONCE).map(({ schema, name }) => `ONLY ${quoteQualified(schema!, name!)}`);
    await leader.session.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  }
}

const LOCKED = `SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
  AND NOT pg_catalog.starts_with(n.nspname, 'pg_') ORDER BY c.oid`;

/** By the oid of the table; what is generated is not copied. */
async function columnsOf(session: Session): Promise<Map<string, string[]>> {
  const rows = await session.query(`SELECT a.attrelid AS oid,
  pg_catalog.json_agg(a.attname ORDER BY a.attnum) AS names
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY a.attrelid`);
  return new Map(rows.map(({ oid, names }) => [oid ?? '', JSON.parse(names ?? '[]') as string[]]));
}

type CopiedTables = Map<string, Pick<BackedUpTable, 'rows' | 'file' | 'columns'>>;

/** The largest first, each by whoever has nothing to do. */
async function copyAll(
  job: Job,
  columns: ReadonlyMap<string, readonly string[]>,
  files: Map<string, BackupFile>,
): Promise<CopiedTables> {
  const done: CopiedTables = new Map();
  const left = [...job.contents.tables].map((table, i) => ({ table, path: `data/${i + 1}.copy` }));
  const followers: Session[] = [];
  const stop = () => [job.leader.session, ...followers].forEach((session) => void session.cancel());
  job.signal.addEventListener('abort', stop, { once: true });
  const work = async (session: Session) => {
    for (let next = left.shift(); next && !job.signal.aborted; next = left.shift()) {
      const { table } = next;
      const path = `${next.path}${fileSuffix(job)}`;
      const names = columns.get(table.oid) ?? [];
      job.progress.begun(table);
      const { rows, file } = await copyTable(job, session, { table, path, names });
      job.progress.done(table);
      files.set(path, file);
      done.set(table.oid, { rows, file: path, columns: names });
    }
  };
  try {
    const others = Math.min(job.jobs, left.length) - 1;
    for (let i = 0; i < others; i++) followers.push(await openFollower(job.engine, job.leader));
    const all = await Promise.allSettled([job.leader.session, ...followers].map(work));
    for (const one of all) if (one.status === 'rejected') throw one.reason;
    job.signal.throwIfAborted();
    return done;
  } finally {
    job.signal.removeEventListener('abort', stop);
    await Promise.all(followers.map((session) => session.end()));
  }
}

interface Copied {
  readonly table: SourceTable;
  readonly path: string;
  readonly names: readonly string[];
}

async function copyTable(
  job: Job,
  session: Session,
  { table, path, names }: Copied,
): Promise<{ rows: number; file: BackupFile }> {
  let file: BackupFile | undefined;
  const rows = await session.copyOut(copySql(table, names), async (data) => {
    file = await writeFileOf(job.partial.path, path, data, job);
  });
  return { rows, file: file! };
}

/** A table without columns has rows all the same, each an empty line. */
function copySql(table: SourceTable, names: readonly string[]): string {
  const list = names.map(quoteIdentifier).join(', ');
  if (table.condition) return `COPY (SELECT ${list} FROM ${rowsOf(table)}) TO STDOUT`;
  return `COPY ${quoteQualified(table.schema, table.name)}${list === '' ? '' : ` (${list})`} TO STDOUT`;
}

/** What neither the schema's SQL nor the rows hold, where there is any. */
async function otherThings(session: Session): Promise<string[]> {
  const [there] = await session.query('SELECT EXISTS (SELECT FROM pg_catalog.pg_foreign_table) AS foreign_tables');
  return there?.foreign_tables === 't' ? ['rows of foreign tables: they are on other servers'] : [];
}
