import type { Change } from '../catalog/compare.ts';
import type { Location, Problem } from '../problem/problem.ts';
import type { DataRemarks } from './data-facts.ts';

/** What verify looks at, in the order of the summary. */
export const CHECK_NAMES = [
  'checksums',
  'manifest',
  'replay',
  'init-complete',
  'upgrade',
  'rollback',
  'rerun',
  'killed',
  'verify',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/**
 * `ok`: proven. `note`: worth knowing, nothing is wrong. `not-checked`: nothing is known of it, and it is said why. `failed`:
 * shown to be wrong.
 */
export type CheckState = 'ok' | 'note' | 'not-checked' | 'failed';

export interface Check {
  readonly name: CheckName;
  /** Null where it is about all migrations together. */
  readonly version: string | null;
  readonly state: CheckState;
  /** One sentence without a full stop; empty where nothing is to be said. */
  readonly detail: string;
  /** The SQL to change. */
  readonly where?: Location;
  /** What differs, in the order for people. */
  readonly changes?: readonly Change[];
  /** Names of the two sides of `changes`. */
  readonly sides?: { readonly before: string; readonly after: string };
  /** Of a way back: what it does to rows, tried with sample rows. */
  readonly data?: DataRemarks;
  /** What the server said. */
  readonly problem?: Problem;
}
