import type { Problem } from '../problem/problem.ts';
import type { Blocker } from './blocker.ts';

/**
 * What happens during a run, as values: the engine emits them, the terminal, the console and tests read them. An event is
 * emitted only after what it says is true.
 */
export type RunEvent =
  | { readonly kind: 'target'; readonly description: string; readonly embedded: boolean; readonly created: boolean }
  | { readonly kind: 'plan'; readonly total: number; readonly versions: readonly string[] }
  | { readonly kind: 'initialized'; readonly schema: string; readonly upgradedFrom: number | undefined }
  | { readonly kind: 'adopted'; readonly versions: readonly string[] }
  | {
      readonly kind: 'waiting';
      readonly holder: RunnerHolder | undefined;
      readonly waitedMs: number;
      readonly waitMs: number;
      /** The first of its wait: worth a line, the others only move the progress line. */
      readonly first: boolean;
    }
  | {
      readonly kind: 'started';
      readonly version: string;
      readonly index: number;
      readonly total: number;
      readonly statements: number;
    }
  | {
      readonly kind: 'statement';
      readonly version: string;
      readonly index: number;
      readonly total: number;
      readonly tag: string;
      readonly ms: number;
    }
  | ({
      readonly kind: 'progress';
      readonly version: string;
      /** From 1. */
      readonly step: number;
      readonly steps: number;
    } & StepProgress)
  | DataProgress
  | {
      readonly kind: 'notice';
      readonly version: string;
      readonly severity: string;
      readonly message: string;
      readonly hint?: string;
    }
  | LockWaitEvent
  | {
      readonly kind: 'blocker_cancelled';
      readonly version: string;
      readonly blocker: Blocker;
      readonly how: CancelledHow;
    }
  | {
      /** Data that a statement has removed is kept. */
      readonly kind: 'kept';
      readonly version: string;
      /** As SQL names it. */
      readonly relation: string;
      /** Whole rows, or values of these columns. */
      readonly columns: readonly string[] | null;
      readonly rows: number;
      /** The table it is in, as SQL names it. */
      readonly store: string;
    }
  | {
      /** What was kept in the schema is in a file, and there no more. */
      readonly kind: 'kept_in_file';
      readonly version: string;
      readonly id: string;
      /** Of its folder, absolute. */
      readonly path: string;
      readonly bytes: number;
      readonly ms: number;
      /** That one had destroyed it, and was killed before it was in the file. */
      readonly ofEarlierRun: boolean;
    }
  | {
      /** What was kept is put back, as far as it could be. */
      readonly kind: 'put_back';
      readonly version: string;
      readonly relation: string;
      readonly columns: readonly string[] | null;
      /** Rows that are as they were. */
      readonly rows: number;
      /** Those that are not, by reason: `changed`, `gone`, `exists`, `absent`, `view`. */
      readonly left: Readonly<Record<string, number>>;
      /** Rows that came since, without a value of their own. */
      readonly appeared: number;
      readonly store: string;
    }
  | { readonly kind: 'preflight'; readonly finding: PreflightFinding }
  | {
      readonly kind: 'applied';
      readonly version: string;
      readonly index: number;
      readonly total: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'rolled_back';
      readonly version: string;
      readonly index: number;
      readonly total: number;
      readonly ms: number;
    }
  | { readonly kind: 'skipped'; readonly version: string; readonly reason: string }
  | ({ readonly kind: 'held' } & HeldBack)
  | { readonly kind: 'failed'; readonly version: string; readonly problem: Problem }
  | {
      readonly kind: 'backup_progress';
      readonly writtenBytes: number;
      readonly bytesPerSecond: number;
      readonly tablesDone: number;
      readonly tables: number;
      /** From, to; undefined as long as nothing tells. */
      readonly remainingMs: readonly [number, number] | undefined;
    }
  | {
      readonly kind: 'backed_up';
      readonly id: string;
      /** Of its folder, absolute. */
      readonly path: string;
      readonly method: 'pg_dump' | 'copy';
      readonly bytes: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'restore_progress';
      /** Reading the files of the backup, loading them, or counting what was loaded. */
      readonly phase: 'checking' | 'loading' | 'counting';
      readonly done: number;
      readonly total: number;
      readonly unit: 'bytes' | 'tables';
    }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'note'; readonly message: string };

/**
 * A lock that is not to be had, in its phases: `waiting`, the statement stands in the server's queue; `refused`, it gave way
 * and the transaction is rolled back; `holding_off`, nothing is queued until an old holder is gone.
 */
export interface LockWaitEvent {
  readonly kind: 'lock_wait';
  readonly phase: 'waiting' | 'refused' | 'holding_off';
  readonly version: string;
  /** What is waited for, as SQL names it; undefined where it is no relation, or was not seen. */
  readonly relation: string | undefined;
  readonly blockers: readonly Blocker[];
  /** How often it was refused. */
  readonly refusals: number;
  /** Since it was first refused, or while waiting: since it was seen to wait. */
  readonly waitedMs: number;
  /** How long it is tried at most; undefined where the statement itself waits as long as it takes. */
  readonly budgetMs: number | undefined;
  /** What the server said when it refused. */
  readonly reason: string | undefined;
  /** Worth a line: not the same blockers as those told before. The others only move the progress line. */
  readonly news: boolean;
}

/** How far a data migration is. */
export interface DataProgress {
  readonly kind: 'data_progress';
  readonly version: string;
  /** `down`: its way back. */
  readonly direction: 'up' | 'down';
  /** 1: all rows; from 2 on: sweeps for rows that came meanwhile. */
  readonly pass: number;
  /** That were changed. */
  readonly rows: number;
  /** That were gone through, in the first pass. */
  readonly keys: number;
  /** By the statistics of the table; undefined: it was never counted. */
  readonly keysTotal: number | undefined;
  /** Over the last batches of this worker; undefined as long as there are too few. */
  readonly keysPerSecond: number | undefined;
  /** From, to; undefined as long as nothing tells. */
  readonly remainingMs: readonly [number, number] | undefined;
  /** Of the last batch; undefined while it waits. */
  readonly batchMs: number | undefined;
  /** Keys of the next batch. */
  readonly size: number;
  readonly workers: number;
  /** What holds it back now, by name and in words. */
  readonly held: string | undefined;
}

/** `cancelled`: its statement (pg_cancel_backend); `terminated`: its session (pg_terminate_backend). */
export type CancelledHow = 'cancelled' | 'terminated';

/** Something about the live server that speaks against running now. */
export interface PreflightFinding {
  /** Stable, for scripts: `base-backup`, `long-transaction`, ... */
  readonly check: string;
  readonly found: string;
  readonly next: string;
}

/** How far a copy is, by the size of its table. */
export interface CopiedBytes {
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  /** Undefined while nothing is done. */
  readonly remainingMs: number | undefined;
}

/** How far a long statement is, as the server's progress views tell. */
export interface StepProgress {
  /** In the server's words: `building index: scanning table`. */
  readonly phase: string;
  readonly done: number;
  /** 0 where the server does not know. */
  readonly total: number;
  readonly unit: 'blocks' | 'rows' | 'transactions';
  /** The sessions that it waits for, as people name them. */
  readonly waitsFor: string | null;
  /** Where rows of a large table are copied for long. */
  readonly bytes?: CopiedBytes;
}

/** The run that holds the lease of the tracking tables. */
export interface RunnerHolder {
  readonly user: string;
  readonly host: string;
  readonly since: string;
  /** Server process of its control session. */
  readonly pid: number;
  /** The server process that is inside one of its transactions. */
  readonly worker: { readonly pid: number; readonly state: string; readonly seconds: number } | undefined;
}

export type Emit = (event: RunEvent) => void;

/** One planned migration in the result of `migrate` and `rollback`; those not reached stay `pending` (or `applied`). */
export interface MigrationOutcome {
  readonly version: string;
  readonly state: 'applied' | 'failed' | 'skipped' | 'pending' | 'rolled_back' | 'interrupted' | 'queued' | 'waiting';
  readonly executionTimeMs: number | null;
}

/** A migration that `migrate` passes over for now, and what was looked at. */
export interface HeldBack {
  readonly version: string;
  readonly reason: string;
  readonly evidence: readonly { readonly verdict: 'free' | 'used' | 'open' | 'unseen'; readonly words: string }[];
}

/** The JSON document of `migrate` and `rollback` (contract, section 5). */
export interface RunResult {
  readonly ok: boolean;
  readonly runId: string;
  readonly migrations: readonly MigrationOutcome[];
  readonly failed: RunFailure | null;
  /** Of `migrate`. */
  readonly held?: readonly HeldBack[];
  /** False where the server was away in the end: more may be done than is known. */
  readonly certain: boolean;
}

export interface RunFailure {
  readonly version: string;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly statement: string | null;
  readonly sqlstate: string | null;
  readonly message: string;
}

export function failureOf(version: string, problem: Problem): RunFailure {
  const { where, statement, server } = problem.fields;
  return {
    version,
    file: where?.file ?? '',
    line: where?.line ?? null,
    column: where?.column ?? null,
    statement: statement ?? null,
    sqlstate: server?.sqlstate ?? null,
    message: shortMessage(problem),
  };
}

/** What is kept of a problem where there is room for one sentence: PostgreSQL's, or ours where it knows more. */
export function shortMessage(problem: Problem): string {
  const { found } = problem.fields;
  if (problem.code === 'lock-timeout')
    return [problem.message, found?.replaceAll('\n', '; ')].filter(Boolean).join(': ');
  return problem.fields.server?.message ?? problem.message;
}
