import type { Pages } from './capture-sql.ts';

/** About 64 MB: how far it is can be said after each. */
const SHARE_MAX = 8192;
/** About 8 MB: a COPY of less takes longer to begin than to run. */
const SHARE_MIN = 1024;

/** A table that holds rows, as SQL names it, and how many pages it has. */
export interface Leaf {
  readonly name: string;
  readonly pages: number;
}

/** What one COPY reads. */
export interface Share {
  readonly parts: readonly Pages[];
  readonly pages: number;
}

/**
 * Cuts tables for `sessions` that each take the next share when they have copied one: those at the end are smaller, so that all of them
 * end at about the same time, however different the pages are. What is added behind the last page of a table belongs to its last part.
 */
export function pageShares(leaves: readonly Leaf[], sessions: number): Share[] {
  const shares: Share[] = [];
  let left = leaves.reduce((sum, { pages }) => sum + pages, 0);
  let parts: Pages[] = [];
  let wanted = shareOf(left, sessions);
  let taken = 0;
  const end = () => {
    shares.push({ parts, pages: taken });
    left -= taken;
    [parts, taken, wanted] = [[], 0, shareOf(left - taken, sessions)];
  };
  for (const { name: leaf, pages } of leaves) {
    for (let first = 0, more = true; more; ) {
      const next = Math.min(pages, first + wanted - taken);
      more = next < pages;
      parts.push({ leaf, first, end: more ? next : null });
      taken += next - first;
      first = next;
      if (taken >= wanted) end();
    }
  }
  if (parts.length > 0) end();
  return shares;
}

function shareOf(left: number, sessions: number): number {
  return Math.min(SHARE_MAX, Math.max(SHARE_MIN, Math.ceil(left / (2 * sessions))));
}
