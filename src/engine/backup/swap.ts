import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseProperties } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { propertyStatements, readDatabaseProperties } from './database-properties.ts';
import { type RestoreKeeper, TERMINATE } from './restore-keeper.ts';

/** Who is connected to a database, as people name it: `process 4711 of app, psql from 10.0.0.7, idle`. */
export async function connectedTo({ session }: RestoreKeeper, database: string): Promise<string[]> {
  const rows = await session.query(CONNECTED, [database]);
  return rows.map(({ pid, usename, name, address, state }) => {
    const from = [name && `"${name}"`, address && `from ${address}`].filter(Boolean).join(' ');
    return [`process ${pid}${usename ? ` of ${usename}` : ''}`, from, state].filter(Boolean).join(', ');
  });
}

const CONNECTED = `SELECT pid, usename, application_name AS name, client_addr AS address, state
FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid()
AND backend_type NOT LIKE 'autovacuum%' ORDER BY pid`;

/** A database to which somebody is connected cannot be renamed (manual, ALTER DATABASE). */
export function refuseConnected(database: string, connected: readonly string[], state: string): void {
  if (connected.length === 0) return;
  const some = connected.slice(0, SHOWN_MAX);
  const more = connected.length > SHOWN_MAX ? [`and ${connected.length - SHOWN_MAX} more`] : [];
  throw new Problem('restore-refused', `Somebody is connected to ${database}, which is to be replaced.`, {
    found: [...some, ...more].join('\n'),
    expected: 'nobody: stop the application first',
    state,
    next: [
      'Stop them, and run the command again.',
      'Or have their sessions ended in the moment of the change: --disconnect',
    ],
  });
}

const SHOWN_MAX = 10;

/** Gives the loaded database its name, and what its source had as a database as far as this server has it. */
export async function giveName(
  engine: Engine,
  { session, loading }: RestoreKeeper,
  name: string,
  properties: DatabaseProperties | undefined,
): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query(`COMMENT ON DATABASE ${quoteIdentifier(loading)} IS NULL`);
    await session.query(`ALTER DATABASE ${quoteIdentifier(loading)} RENAME TO ${quoteIdentifier(name)}`);
    if (properties) await adopt(engine, session, name, properties);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Each thing by itself: a role that is not here must not keep the rest away. */
async function adopt({ emit }: Engine, session: Session, name: string, properties: DatabaseProperties): Promise<void> {
  for (const statements of propertyStatements(name, properties, session.user ?? '')) {
    const { failure } = await session.runBatch([
      [
        { sql: 'SAVEPOINT taskflow_property' },
        ...statements.map((sql) => ({ sql })),
        { sql: 'RELEASE SAVEPOINT taskflow_property' },
      ],
    ]);
    if (!failure) continue;
    await session.query('ROLLBACK TO SAVEPOINT taskflow_property');
    emit({ kind: 'warning', message: `Not as in the source: ${statements.at(-1)}: ${failure.error.message}.` });
  }
}

export interface Replacement {
  readonly name: string;
  /** What the present database of that name is called from then on. */
  readonly kept: string;
  readonly disconnect: boolean;
}

/**
 * Puts the loaded database in the place of another, which is kept: both names change in one transaction, so that at every
 * moment there is one database of that name, and it is whole. Privileges and settings of the old one are taken over.
 */
export async function replace(
  engine: Engine,
  keeper: RestoreKeeper,
  { name, kept, disconnect }: Replacement,
): Promise<void> {
  const { session, loading } = keeper;
  const properties = await readDatabaseProperties(session, name);
  await session.query('BEGIN');
  try {
    await renameBusy(engine, keeper, { name, kept, disconnect });
    await session.query(`ALTER DATABASE ${quoteIdentifier(loading)} RENAME TO ${quoteIdentifier(name)}`);
    if (properties) await adopt(engine, session, name, properties);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw isInUse(error) ? await inUse(keeper, name) : error;
  }
}

/**
 * Once it has its lock, RENAME lets nobody in, and waits five seconds for those inside (src/backend/storage/ipc/procarray.c,
 * CountOtherDBBackends): then is the time to end them, so that no connection pool comes back in between.
 */
async function renameBusy(
  engine: Engine,
  keeper: RestoreKeeper,
  { name, kept, disconnect }: Replacement,
): Promise<void> {
  const { session } = keeper;
  const renaming = session.query(`ALTER DATABASE ${quoteIdentifier(name)} RENAME TO ${quoteIdentifier(kept)}`);
  if (!disconnect) {
    await renaming;
    return;
  }
  const end = { wanted: false };
  const settled = renaming.finally(() => {
    end.wanted = true;
  });
  settled.catch(() => {});
  const other = await engine.connect('restore', keeper.server.database);
  try {
    while (!end.wanted) {
      await other.query(TERMINATE, [name]);
      await sleep(50);
    }
    await settled;
  } finally {
    await other.end();
  }
}

/** object_in_use */
function isInUse(error: unknown): boolean {
  return isDatabaseError(error) && error.code === '55006';
}

async function inUse(keeper: RestoreKeeper, name: string): Promise<unknown> {
  try {
    const connected = await connectedTo(keeper, name);
    refuseConnected(name, connected.length > 0 ? connected : ['it was when it was to be renamed'], '');
    return undefined;
  } catch (error) {
    return isDatabaseError(error) ? databaseProblem(error, 'cannot rename') : error;
  }
}
