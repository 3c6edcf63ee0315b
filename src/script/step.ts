import type { Key } from './side.ts';

/** One statement without its semicolon. */
export interface Line {
  readonly sql: string;
  /** What it stops others from doing, or what must hold for it to work; where that matters. */
  readonly note?: string;
  /** What of the data goes away with it. */
  readonly loses?: string;
}

/** Statements that stay together. */
export interface Step {
  readonly lines: readonly Line[];
  /** Nodes that are there, or in their first state, no more. */
  readonly drops: Set<Key>;
  /** Nodes that do not need any more what they needed before. */
  readonly releases?: ReadonlySet<Key>;
  /** Nodes that are in their second state now. */
  readonly makes: Set<Key>;
  /** Columns that are NOT NULL from now on: what is made of them in other ways need not wait for that. */
  readonly proves?: ReadonlySet<Key>;
  /** Its place where nothing else decides: the lowest first. */
  readonly rank: number;
  /** For the order among those of one rank. */
  readonly name: string;
  /** At the end: outside a transaction, or so long that no lock is to be held meanwhile. */
  readonly late: boolean;
  /** It has no SQL here; see unwritable.ts. */
  readonly unwritable?: boolean;
  /** Stands before it. */
  readonly behind?: Step;
}

export function line(sql: string, more: Omit<Line, 'sql'> = {}): Line {
  return { sql, ...more };
}
