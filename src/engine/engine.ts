import type { Settings } from '../config/settings.ts';
import type { RunIdentity } from '../ledger/write.ts';
import type { Session } from '../postgres/session.ts';
import type { ConnectionTarget } from '../postgres/target/target.ts';
import type { Emit } from '../report/events.ts';

/** By these names the sessions of a run are known in pg_stat_activity, behind `taskflow-db `. */
export type SessionPurpose = 'control' | 'migration' | 'backup' | 'restore' | 'table restore';

/**
 * What a use case works with. One is made for each command; everything that comes from outside (connections, the clock's
 * identity of the run, the listener) is in here, so that a test can hand in its own.
 */
export interface Engine {
  readonly settings: Settings;
  readonly run: RunIdentity;
  /** Folder that shown paths are relative to. */
  readonly cwd: string;
  /** Opens one more session of the target, named in pg_stat_activity by its purpose; `database`: another one of the same server. */
  connect(purpose: SessionPurpose, database?: string): Promise<Session>;
  /** The database, for programs that connect to it themselves; see programEnvironment. */
  readonly target: ConnectionTarget;
  /** The variables that such a program inherits, as far as they do not name a target. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  /** Aborted when the person wants to stop. */
  readonly signal: AbortSignal;
  /** Hides every known secret in a text: for what the server said and is kept in the database. */
  readonly mask: (text: string) => string;
  /** Somebody watches statement by statement: ask the server for each answer at once. */
  readonly live: boolean;
}
