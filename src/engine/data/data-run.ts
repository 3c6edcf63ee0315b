import type { BatchKey, KeyValue } from '../../batch/key.ts';
import type { RunState } from '../../batch/states.ts';
import type { BatchTarget, CodeSpec } from '../../migration/data-spec.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import type { Problem } from '../../problem/problem.ts';

export type Direction = 'up' | 'down';

/** What is done to the rows, in one direction. */
export interface DataWork {
  readonly version: string;
  readonly direction: Direction;
  readonly migration: Migration;
  readonly statements: readonly Statement[];
  readonly target: BatchTarget;
  /** Rows that are still to be done; of the way back none. */
  readonly where: string | undefined;
  /** SHA-256 (hex) of the SQL: another one is not gone on with unasked. */
  readonly checksum: string;
  readonly background: boolean;
  /** What runs in place of the statements. */
  readonly code?: CodeSpec | undefined;
  /** Of a way back: behind its statements the rows that were kept come back. */
  readonly puts: boolean;
}

/** The table that is gone through, as the catalogs have it. */
export interface DataTable {
  readonly oid: string;
  /** Quoted, with its schema. */
  readonly name: string;
  /** For people. */
  readonly shown: string;
  readonly key: BatchKey;
  /** Rows by its statistics; undefined: never counted. */
  readonly rows: number | undefined;
}

/** A row of schema_data_migrations. */
export interface DataRun {
  readonly version: string;
  readonly direction: Direction;
  readonly state: RunState;
  readonly background: boolean;
  readonly checksum: string;
  readonly relation: string | null;
  readonly relationId: string | null;
  readonly key: string | null;
  readonly pass: number;
  readonly cutTo: KeyValue | null;
  readonly endAt: KeyValue | null;
  readonly size: number | null;
  /** How long a batch should take, where somebody has said so for this run. */
  readonly targetMs: number | null;
  readonly keysEstimated: number | null;
  readonly throttle: string | null;
  readonly throttleSince: string | null;
  readonly error: DataFailure | null;
  readonly skipFailed: boolean;
  readonly skipped: readonly SkippedRow[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** Why a run has failed. */
export interface DataFailure {
  readonly message: string;
  readonly sqlstate: string | null;
  /** For people. */
  readonly range: string | null;
  /** The one row that it fails for, where it is one. */
  readonly row: KeyValue | null;
}

/** A row that was passed over, on request. */
export interface SkippedRow {
  readonly row: KeyValue;
  readonly message: string;
  readonly sqlstate: string | null;
}

/** A range in the hands of a worker. */
export interface ClaimedRange {
  readonly id: string;
  readonly kind: 'rows' | 'finish';
  readonly pass: number;
  readonly hi: KeyValue | null;
  readonly position: KeyValue | null;
  readonly fence: string;
}

/** How the work of one lane ended. */
export type LaneEnd =
  /** All is done and on record. */
  | { readonly kind: 'succeeded' }
  /** The run is not running any more: somebody has paused or cancelled it, or another worker has met a failure. */
  | { readonly kind: 'stopped'; readonly run: DataRun | undefined }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly failure: DataFailure };
