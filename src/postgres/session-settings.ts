import type { BatchItem } from './pipeline.ts';

/** Names the role of the run, so that it is known whatever role a file has taken. */
export const OWN_ROLE = 'taskflow.own_role';

/** What a session of ours is pinned to, so that no client's or role's default changes what a migration does. */
export interface SessionPins {
  readonly role?: string;
  /** Undefined: the server's own. */
  readonly searchPath?: string;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** How long a transaction may stand open while its client says nothing: then the server ends the session. Undefined: for ever. */
  readonly idleInTransactionMs?: number;
  /** Settings of our own, read by migrations: `taskflow.*`. */
  readonly custom?: Readonly<Record<string, string>>;
}

/**
 * One statement that sets all of it, to the end of the transaction or for the session. Time zone and date style are pinned because what a type change means
 * (and whether it rewrites) depends on them; client_connection_check_interval (14 and newer) ends a statement whose client
 * has died, which without it runs on and commits; transaction_timeout (17 and newer) of a role would end the session in the
 * middle of a long migration.
 */
export function pinSettings(pins: SessionPins, scope: 'transaction' | 'session'): BatchItem {
  const local = String(scope === 'transaction');
  const values: [string, string][] = [
    ['TimeZone', 'UTC'],
    ['DateStyle', 'ISO, YMD'],
    ['IntervalStyle', 'postgres'],
    ['standard_conforming_strings', 'on'],
    ['check_function_bodies', 'on'],
    ['default_transaction_isolation', 'read committed'],
    ['default_transaction_deferrable', 'off'],
    ['idle_in_transaction_session_timeout', String(pins.idleInTransactionMs ?? 0)],
    ['statement_timeout', String(pins.statementTimeoutMs)],
    ['lock_timeout', String(pins.lockTimeoutMs)],
    ...Object.entries(pins.custom ?? {}),
  ];
  if (pins.searchPath !== undefined) values.push(['search_path', pins.searchPath]);
  if (pins.role !== undefined) values.unshift(['role', pins.role]);
  const calls = values.map((_, i) => `pg_catalog.set_config($${i * 2 + 1}, $${i * 2 + 2}, ${local})`);
  calls.push(setIfKnown('client_connection_check_interval', "'1000'", local));
  calls.push(setIfKnown('transaction_timeout', "'0'", local));
  return { sql: `SELECT ${calls.join(', ')}`, params: values.flat() };
}

/** For settings that only newer servers have. */
function setIfKnown(name: string, value: string, local: string): string {
  return `CASE WHEN pg_catalog.current_setting('${name}', true) IS NOT NULL THEN pg_catalog.set_config('${name}', ${value}, ${local}) END`;
}

/** Sets one setting to the end of the transaction. */
export function setLocal(name: string, value: string): BatchItem {
  return { sql: 'SELECT pg_catalog.set_config($1, $2, true)', params: [name, value] };
}

/** As setLocal, where the server has such a setting. */
export function setLocalIfKnown(name: string, value: string): BatchItem {
  return { sql: `SELECT ${setIfKnown(name, '$1', 'true')}`, params: [value] };
}
