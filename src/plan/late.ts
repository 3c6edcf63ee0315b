import { compareByNumber } from '../graph/order.ts';
import type { MigrationStatus } from './reconcile.ts';

interface Placed {
  readonly version: string;
  readonly number: bigint;
}

/** What decides whether a file comes too late. */
export interface MayBeLate extends Placed {
  /** By its headers. */
  readonly depends: readonly string[];
  /** Nothing is on record of it: what was skipped, has failed or was rolled back is never late. */
  readonly isNew: boolean;
}

/**
 * The versions that an order stands on, in their order: what was applied by the tool, and squashes that stand for such. What was adopted
 * from before the tool says nothing of order, except where the baseline ends (`baseline --to`).
 */
export function orderedBy(
  statuses: readonly MigrationStatus[],
  baselineVersion: string | undefined,
): MigrationStatus[] {
  return statuses
    .filter(({ file, state, entry, version, replaces }) => {
      const isApplied = (state === 'applied' || state === 'modified') && Boolean(entry?.bodyChecksum);
      const isStandIn = state === 'baseline' && replaces !== undefined;
      return file !== undefined && (isApplied || isStandIn || version === baselineVersion);
    })
    .sort(compareByNumber);
}

/** It has a lower number than `last`, the last of those that are there. What says what it needs is not late, nor is a twin. */
export function isLate({ depends, isNew, ...one }: MayBeLate, last: Placed): boolean {
  return isNew && depends.length === 0 && one.number !== last.number && compareByNumber(one, last) < 0;
}
