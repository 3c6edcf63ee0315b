import { formatDuration } from '../problem/quantity.ts';
import { visibleLine } from './visible.ts';
import { cut } from './width.ts';

/**
 * Who is in the way of a lock: a session, or a prepared transaction (then `pid` is null and `gid` its name). What this role
 * may not see of others is null. Ages are in milliseconds, as of the moment of looking.
 */
export interface Blocker {
  readonly pid: number | null;
  readonly gid: string | null;
  /** Of a prepared transaction: only there can it be ended. */
  readonly database?: string | null;
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
  /** Who may end it: this role, its own role and members of pg_signal_backend, or only a superuser. */
  readonly endedBy: 'this role' | 'its role' | 'superuser';
}

/** `pid 4711 (cron of alice@10.0.0.7), idle in transaction for 412 s`; with its query, or so many columns of it, behind a colon. */
export function blockerText(blocker: Blocker, queryColumns = Number.POSITIVE_INFINITY): string {
  const query = blocker.query ? `: ${cut(visibleLine(blocker.query), queryColumns)}` : '';
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

/**
 * What ends the wait for this blocker: a sentence, with a command behind its colon where there is one. To cancel a statement
 * ends no session that is idle in its transaction.
 */
export function blockerCure(blocker: Blocker): string {
  const { pid, gid, state, isAutovacuum, preventsWraparound, endedBy } = blocker;
  if (pid === null) return endPrepared(gid ?? '', blocker.database ?? null);
  if (preventsWraparound) return `Let the autovacuum of pid ${pid} finish: it protects the database from wraparound.`;
  if (isAutovacuum) {
    const orCancel = endedBy === 'this role' ? ', or with --cancel-blockers=autovacuum' : '';
    return `Run it again when the autovacuum of pid ${pid} is over${orCancel}.`;
  }
  if (doesNothing(state)) return endSession(`End the session of pid ${pid}`, pid, blocker);
  if (state === null) return endSession(`Wait for pid ${pid}, or end its session`, pid, blocker);
  return `Wait for pid ${pid}, or stop its statement${byWhom(blocker)}: SELECT pg_cancel_backend(${pid});`;
}

function doesNothing(state: string | null): boolean {
  return state !== null && (state.startsWith('idle in transaction') || state === 'waiting for its client');
}

/** `lead`, with who may do it where this role may not, and the command behind a colon. */
export function endSession(lead: string, pid: number | string, session: Pick<Blocker, 'endedBy' | 'user'>): string {
  return `${lead}${byWhom(session)}: SELECT pg_terminate_backend(${pid});`;
}

/** Manual, "Server Signaling Functions". */
function byWhom({ endedBy, user }: Pick<Blocker, 'endedBy' | 'user'>): string {
  if (endedBy === 'this role') return '';
  if (endedBy === 'superuser') return ', which only a superuser may do';
  return visibleLine(`, which its user ${user ?? ''}, a member of pg_signal_backend or a superuser may do`);
}

function quoted(text: string): string {
  return `"${text}"`;
}

/** How a prepared transaction is ended, and where: in no other database than its own (manual, COMMIT PREPARED). */
export function endPrepared(gid: string, database: string | null): string {
  const name = `'${gid.replaceAll("'", "''")}'`;
  const where = database === null ? '' : visibleLine(`, in the database ${database}`);
  return `End the prepared transaction${where}: COMMIT PREPARED ${name}; or ROLLBACK PREPARED ${name};`;
}
