import { formatDuration } from '../problem/quantity.ts';
import { visibleLine } from './visible.ts';

/**
 * Who is in the way of a lock: a session, or a prepared transaction (then `pid` is null and `gid` its name). What this role
 * may not see of others is null. Ages are in milliseconds, as of the moment of looking.
 */
export interface Blocker {
  readonly pid: number | null;
  readonly gid: string | null;
  /** Tells one transaction of a session from its next. */
  readonly transaction: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: string | null;
  /** As pg_stat_activity calls it: `active`, `idle in transaction`, ... */
  readonly state: string | null;
  readonly backendType: string | null;
  readonly transactionAgeMs: number | null;
  readonly stateAgeMs: number | null;
  readonly queryAgeMs: number | null;
  /** Modes that it holds on what is waited for, by the names of pg_locks; none where it only waits ahead of us. */
  readonly modes: readonly string[];
  /** The beginning of its query on one line, secrets masked. */
  readonly query: string | null;
  readonly isAutovacuum: boolean;
  /** An autovacuum against the wraparound of transaction IDs, which never gives way. */
  readonly preventsWraparound: boolean;
}

/** `pid 4711 (cron of alice@10.0.0.7), idle in transaction for 412 s`; with its query behind a colon. */
export function blockerText(blocker: Blocker): string {
  const query = blocker.query ? `: ${visibleLine(blocker.query)}` : '';
  return `${blockerName(blocker)}, ${doing(blocker)}${query}`;
}

export function blockerName({ pid, gid, user, application, client, isAutovacuum }: Blocker): string {
  if (pid === null) return visibleLine(`prepared transaction ${quoted(gid ?? '')}${user ? ` of ${user}` : ''}`);
  if (isAutovacuum) return `autovacuum (pid ${pid})`;
  const from = client ? `@${client}` : '';
  return visibleLine(`pid ${pid} (${application || 'unnamed'}${user ? ` of ${user}${from}` : ''})`);
}

function doing({ pid, state, stateAgeMs, queryAgeMs, transactionAgeMs, isAutovacuum, preventsWraparound }: Blocker) {
  if (pid === null) return `prepared ${ago(transactionAgeMs)}`;
  if (isAutovacuum) return preventsWraparound ? 'against wraparound: it does not give way' : 'at work';
  if (state === null) return 'what it does is hidden from this role';
  const open = transactionAgeMs === null ? '' : ` in a transaction of ${formatDuration(transactionAgeMs)}`;
  if (state.startsWith('idle in transaction')) return `${state}${lasting(stateAgeMs)}`;
  return `${state}${lasting(queryAgeMs)}${open}`;
}

function ago(ms: number | null): string {
  return ms === null ? 'some time ago' : `${formatDuration(ms)} ago`;
}

function lasting(ms: number | null): string {
  return ms === null ? '' : ` for ${formatDuration(ms)}`;
}

/** What ends the wait for this blocker: a sentence, with a command behind its colon where there is one. */
export function blockerCure(blocker: Blocker): string {
  const { pid, gid, state, isAutovacuum, preventsWraparound } = blocker;
  const name = blockerName(blocker);
  if (pid === null) return `End the prepared transaction: COMMIT PREPARED ${literal(gid)} or ROLLBACK PREPARED`;
  if (preventsWraparound) return `Let the autovacuum of pid ${pid} finish: it protects the database from wraparound.`;
  if (isAutovacuum)
    return `Run it again when the autovacuum of pid ${pid} is over, or with --cancel-blockers=autovacuum.`;
  if (state?.startsWith('idle in transaction'))
    return `${capital(`${name}, ${doing(blocker)}`)}; end it with: SELECT pg_terminate_backend(${pid});`;
  return `Wait for ${name}, or stop its statement with: SELECT pg_cancel_backend(${pid});`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function quoted(text: string): string {
  return `"${text}"`;
}

function literal(text: string | null): string {
  return `'${(text ?? '').replaceAll("'", "''")}'`;
}
