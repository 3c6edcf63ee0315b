import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import { refuseUnsupported, SERVER_INFO, type ServerInfo, serverInfoOf } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { pinSettings, setLocal } from '../../postgres/session-settings.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';

/** A lock on a table that somebody else holds is waited for so long. */
export const LOCK_WAIT_MS = 60_000;

/** A transaction that sees the database as it is at one moment, whoever writes meanwhile, and lets others see the same. */
export interface Leader {
  readonly session: Session;
  readonly server: ServerInfo;
  /** For SET TRANSACTION SNAPSHOT and pg_dump's --snapshot. */
  readonly snapshot: string;
  /** ISO 8601, UTC: by the server's clock. */
  readonly startedAt: string;
}

const BEGIN: BatchItem = { sql: 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY' };

/** How values are written, and that nothing is left out silently: to the end of the transaction. */
function settingsOf({ settings }: Engine): BatchItem[] {
  const pins = {
    ...(settings.role === undefined ? {} : { role: settings.role }),
    searchPath: 'pg_catalog, pg_temp',
    statementTimeoutMs: 0,
    lockTimeoutMs: LOCK_WAIT_MS,
  };
  const values = {
    row_security: 'off',
    extra_float_digits: '1',
    bytea_output: 'hex',
    quote_all_identifiers: 'off',
    // Beside people's work, which needs the processors more.
    max_parallel_workers_per_gather: '0',
    synchronize_seqscans: 'off',
  };
  return [pinSettings(pins, 'transaction'), ...Object.entries(values).map(([name, value]) => setLocal(name, value))];
}

/** Opens it in a session of its own. To be ended with its session. */
export async function openLeader(engine: Engine): Promise<Leader> {
  const session = await engine.connect('backup');
  try {
    const { results } = await session.batch([[BEGIN, ...settingsOf(engine), SERVER_INFO, EXPORT]]);
    const [info, exported] = (results[0] ?? []).slice(-2);
    const server = serverInfoOf(info?.rows[0], session.backendPid);
    refuseUnsupported(server);
    const { id, at } = exported?.rows[0] ?? {};
    return { session, server, snapshot: id ?? '', startedAt: at ?? '' };
  } catch (error) {
    await session.end();
    throw error;
  }
}

const EXPORT: BatchItem = {
  sql: `SELECT pg_catalog.pg_export_snapshot() AS id,
  pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
  rows: true,
};

/** One more session that sees what the leader sees. */
export async function openFollower(engine: Engine, { snapshot }: Leader): Promise<Session> {
  const session = await engine.connect('backup');
  try {
    const join = { sql: `SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}` };
    await session.batch([[BEGIN, join, ...settingsOf(engine)]]);
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** The rows, or undefined where the server refuses: the transaction goes on either way. */
export async function askOrPass({ session }: Leader, items: readonly BatchItem[]): Promise<Row[][] | undefined> {
  const batch = await session.runBatch([
    [{ sql: 'SAVEPOINT taskflow_ask' }, ...items, { sql: 'RELEASE SAVEPOINT taskflow_ask' }],
  ]);
  if (!batch.failure) return (batch.results[0] ?? []).slice(1, -1).map(({ rows }) => rows);
  await session.query('ROLLBACK TO SAVEPOINT taskflow_ask');
  return undefined;
}
