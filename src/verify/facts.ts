import type { Difference } from '../catalog/compare.ts';
import type { Problem } from '../problem/problem.ts';
import type { DataFacts } from './data-facts.ts';

/** What became of a migration's way back, tried on a scratch database. */
export type WayBackFacts =
  /** It has none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'irreversible'; readonly reason: string }
  /** It ran, and so did the migration behind it. `undone`: from before to behind the way back; `again`: from the first to the second application. */
  | {
      readonly kind: 'ran';
      readonly undone: Difference;
      readonly again: Difference;
      /** What became of rows on the way; absent where it touches none. */
      readonly data?: DataFacts;
    }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** The way back ran, and behind it the migration cannot be applied any more. */
  | { readonly kind: 'not again'; readonly undone: Difference; readonly problem: Problem };

/** What became of the file's SQL when it ran a second time. */
export type RerunFacts =
  /** `rows`: tables whose rows are not what they were. */
  | { readonly kind: 'ran'; readonly changed: Difference; readonly rows: readonly string[] }
  /** `changed`: what its first statements did before, where it is not one transaction. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly changed: Difference }
  | { readonly kind: 'not checked'; readonly reason: string };

/** What became of the rows of a data migration that was killed inside each batch and behind each. */
export type KilledFacts =
  /** `unsteady`: columns that differ each time, whether it is killed or not. */
  | { readonly kind: 'same'; readonly kills: number; readonly unsteady: readonly string[] }
  | { readonly kind: 'differs'; readonly kills: number; readonly tables: readonly string[] }
  /** What it has kept does not bring all of the rows back. */
  | { readonly kind: 'not back'; readonly tables: readonly string[] }
  /** It could not go on behind a kill. */
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'not checked'; readonly reason: string };

/** Of VERIFY: that its queries hold behind the migration is part of applying it. */
export type VerifyFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'holds' }
  /** Every query is true without the migration, too. `idle`: the migration changed nothing on the empty database. */
  | { readonly kind: 'vacuous'; readonly idle: boolean };

/** All that trying one migration has shown. */
export interface Facts {
  readonly version: string;
  readonly wayBack: WayBackFacts;
  readonly rerun: RerunFacts;
  readonly verify: VerifyFacts;
  /** Of a data migration. */
  readonly killed?: KilledFacts;
}

/** Nothing differs. */
export const SAME: Difference = { equal: true, changes: [], notes: [], notChecked: [] };
