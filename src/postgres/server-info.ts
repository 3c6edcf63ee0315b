import { Problem } from '../problem/problem.ts';
import type { BatchItem } from './pipeline.ts';
import type { Row } from './row.ts';

export interface ServerInfo {
  /** As PostgreSQL counts: 150018 is 15.18. */
  readonly versionNum: number;
  readonly version: string;
  readonly database: string;
  /** The user that logged in. */
  readonly user: string;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
  /** A pooler stands between: the process that answers is not the one that the start-up message named. */
  readonly pooled: boolean;
  /** When it was started, in seconds since 1970 as text: another value after every restart, and on every other server. */
  readonly started: string;
}

export const SERVER_INFO: BatchItem = {
  sql: `SELECT pg_catalog.current_setting('server_version_num') AS version_num, pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_database() AS database, session_user AS user, pg_catalog.pg_is_in_recovery() AS in_recovery,
  pg_catalog.current_setting('transaction_read_only') AS read_only,
  extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text AS started, pg_catalog.pg_backend_pid() AS pid`,
  rows: true,
};

export function serverInfoOf(row: Row | undefined, startupPid: number): ServerInfo {
  return {
    versionNum: Number(row?.version_num ?? 0),
    version: (row?.version ?? '').split(' ')[0] ?? '',
    database: row?.database ?? '',
    user: row?.user ?? '',
    inRecovery: row?.in_recovery === 't',
    readOnly: row?.read_only === 'on',
    pooled: Number(row?.pid ?? 0) !== startupPid,
    started: row?.started ?? '',
  };
}

/** The oldest major version that is let in. 12 and 13 work, but PostgreSQL itself mends them no more. */
const SERVER_MAJOR_MIN = 12;
export const SERVER_MAJOR_SUPPORTED = 14;

export function refuseUnsupported(server: ServerInfo): void {
  if (server.versionNum >= SERVER_MAJOR_MIN * 10_000) return;
  throw new Problem('server-unsupported', `this server is PostgreSQL ${server.version}`, {
    expected: `PostgreSQL ${SERVER_MAJOR_SUPPORTED} or newer (${SERVER_MAJOR_MIN} and 13 work, unsupported)`,
    state: 'Nothing was run.',
    next: ['Upgrade the server.'],
  });
}

/** For everything that writes: a standby or a read-only database would refuse half-way. */
export function refuseReadOnly(server: ServerInfo): void {
  if (!server.inRecovery && !server.readOnly) return;
  const what = server.inRecovery
    ? 'is a standby (in recovery)'
    : 'accepts no writes (default_transaction_read_only is on)';
  throw new Problem('server-read-only', `the server of ${server.database} ${what}`, {
    state: 'Nothing was run.',
    next: [
      server.inRecovery
        ? 'Connect to the primary; with several hosts, add target_session_attrs=read-write.'
        : 'Switch default_transaction_read_only off for this role or database.',
    ],
  });
}
