import type { RunState } from './states.ts';

/** A data migration, as its run tells. */
export interface RunView {
  readonly version: string;
  readonly direction: 'up' | 'down';
  /** As it is: one that is running by its row, but whose workers are gone, is interrupted. */
  readonly state: RunState;
  /** Left by `migrate` to `data run`. */
  readonly background: boolean;
  readonly relation: string | null;
  readonly pass: number;
  /** That were changed. */
  readonly rows: number;
  /** That were gone through in the first pass, and how many there are by the statistics of the table. */
  readonly keys: number;
  readonly keysTotal: number | null;
  readonly batches: number;
  readonly keysPerSecond: number | null;
  /** From, to. */
  readonly remainingMs: readonly [number, number] | null;
  readonly batchMs: number | null;
  readonly workers: readonly { readonly host: string; readonly processId: number | null; readonly rows: number }[];
  readonly throttle: string | null;
  readonly error: {
    readonly message: string;
    readonly range: string | null;
    readonly row: readonly string[] | null;
  } | null;
  readonly skipped: readonly { readonly row: readonly string[]; readonly message: string }[];
  readonly updatedBy: string;
}
