import type { SkippedMigration } from '../plan/up.ts';
import type { RunFailure } from './events.ts';

/** A relation that was there before, as a dry run met it. */
export interface MetRelation {
  /** As SQL names it, with its schema. */
  readonly relation: string;
  readonly type: 'table' | 'index' | 'sequence' | 'view' | 'materialized view' | 'foreign table';
  /** The table of an index. */
  readonly table: string | null;
  /** The statistics' idea of it (pg_class.reltuples); null where it was never analyzed. */
  readonly estimatedRows: number | null;
  /** pg_class.relpages as bytes. */
  readonly estimatedBytes: number;
}

export interface TakenLock extends MetRelation {
  /** By the name of pg_locks: `AccessExclusiveLock`. */
  readonly mode: string;
  /** What of others waits for it, in words: `reads and writes`. */
  readonly blocks: string;
  /** The application's reads or writes wait for it. */
  readonly stalls: 'reads and writes' | 'writes' | null;
}

export interface Rewrite extends MetRelation {
  /** Size of the new main file. */
  readonly bytes: number;
}

export interface Scan extends MetRelation {
  readonly scans: number;
  readonly rowsRead: number;
}

export interface TriedStatement {
  readonly line: number;
  readonly column: number;
  readonly sql: string;
  /** `unfinished`: it was at work when the dry run ended for another reason. */
  readonly state: 'passed' | 'failed' | 'unfinished' | 'not-tried';
  /** Why it was not tried. */
  readonly reason: string | null;
  readonly tag: string | null;
  /** That the command tag counts. */
  readonly rows: number | null;
  /** By the server's clock, waits for locks included. */
  readonly executionTimeMs: number;
  /** By how much the server's WAL grew meanwhile: others may have written, too. */
  readonly walBytes: number;
  /** Those that it took anew, on relations that were there before. */
  readonly locks: readonly TakenLock[];
  readonly rewrites: readonly Rewrite[];
  /** Sequential ones, of relations that were there before. */
  readonly scans: readonly Scan[];
}

/** A lock that stalls the application, from when it was taken to the end of its migration. */
export interface HeldLock extends Pick<TakenLock, 'relation' | 'type' | 'table' | 'mode'> {
  readonly stalls: 'reads and writes' | 'writes';
  readonly heldMs: number;
}

export interface TriedMigration {
  readonly version: string;
  readonly file: string;
  /** `partly`: some statements cannot be tried so, the others passed. */
  readonly state: 'passed' | 'partly' | 'failed' | 'unfinished' | 'not-tried';
  readonly executionTimeMs: number;
  /** Null where it has no VERIFY section, or it goes back. */
  readonly verify: 'passed' | 'failed' | 'not-tried' | null;
  readonly held: readonly HeldLock[];
  readonly statements: readonly TriedStatement[];
}

/** A sequence that moved and stays moved: no rollback takes a value back. Null: not used yet. */
export interface MovedSequence {
  readonly sequence: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What `--dry-run=live` found: also its JSON document. */
export interface LiveDryRun {
  /** Whatever could be tried went through. */
  readonly ok: boolean;
  readonly level: 'live';
  readonly direction: 'apply' | 'roll back';
  readonly database: string;
  readonly runId: string;
  readonly outcome: LiveOutcome;
  /** How long the transaction that counts was open. */
  readonly heldMs: number;
  readonly walBytes: number;
  readonly migrations: readonly TriedMigration[];
  readonly skipped: readonly Pick<SkippedMigration, 'version' | 'reason'>[];
  readonly sequences: readonly MovedSequence[];
  /** What stays although all was rolled back, besides the sequences. */
  readonly stays: readonly string[];
  readonly cannotShow: readonly string[];
  readonly failed: RunFailure | null;
}

/** `gave-up`: a lock was not to be had; `stopped`: the locks had been held for as long as is allowed, or the session was lost. */
export type LiveOutcome = 'passed' | 'failed' | 'gave-up' | 'stopped' | 'cancelled';

/** What `--dry-run=rehearse` found: also its JSON document. Times and WAL are those of empty tables. */
export interface Rehearsal
  extends Omit<LiveDryRun, 'level' | 'direction' | 'outcome' | 'heldMs' | 'sequences' | 'stays'> {
  readonly level: 'rehearse';
  readonly outcome: 'passed' | 'failed' | 'cancelled';
  /** Where the copy was, for people. */
  readonly scratch: string;
  /** What the copy lacks, and why. */
  readonly notCopied: readonly { readonly type: string; readonly name: string; readonly why: string }[];
}
