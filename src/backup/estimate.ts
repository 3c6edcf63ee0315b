import type { Compression } from './compression.ts';

/** From, to. */
export type Range = readonly [number, number];

/** How large the rows of a table become as text, beside what it takes on the disk: compressed values are written out. */
const AS_TEXT: Range = [0.5, 2];
/** What is left of that when it is compressed: of random bytes nearly all, of logs a thirtieth. */
const COMPRESSED: Range = [0.03, 0.75];

/** How large a backup may become, in bytes: nothing else than a rough idea, before it is made. */
export function estimateBytes(tableBytes: number, { algorithm }: Compression): Range {
  const [least, most] = algorithm === 'none' ? [1, 1] : COMPRESSED;
  return [Math.round(tableBytes * AS_TEXT[0] * least), Math.round(tableBytes * AS_TEXT[1] * most)];
}

export interface HowFar {
  readonly elapsedMs: number;
  /** Sizes of the tables on the server: all, those that are done, and those that are done or begun. */
  readonly allBytes: number;
  readonly doneBytes: number;
  readonly begunBytes: number;
}

/**
 * How much longer, in milliseconds: as if the tables that are begun were all but done, and as if nothing of them were. Undefined
 * as long as that says nothing.
 */
export function remaining({ elapsedMs, allBytes, doneBytes, begunBytes }: HowFar): Range | undefined {
  if (doneBytes <= 0 || elapsedMs <= 0) return undefined;
  const left = (share: number) => Math.max(0, Math.round(elapsedMs * (allBytes / share - 1)));
  return [left(Math.max(begunBytes, doneBytes)), left(doneBytes)];
}

/** How far a copy is of which a `share` (0 to 1) is done, by the size of what is copied, in the pace that it had. */
export function copiedBytes(
  share: number,
  totalBytes: number,
  elapsedMs: number,
): { done: number; total: number; perSecond: number; remainingMs: number | undefined } {
  const done = Math.round(share * totalBytes);
  const perSecond = Math.round((1000 * done) / Math.max(1, elapsedMs));
  const remainingMs = share > 0 ? Math.round((elapsedMs * (1 - share)) / share) : undefined;
  return { done, total: totalBytes, perSecond, remainingMs };
}
