import type { Evidence, Held } from '../../plan/held.ts';
import type { Calls } from './calls.ts';

/** What the look at a contract has found. */
export interface Looked extends Held {
  /** Nothing is in the way. */
  readonly released: boolean;
  readonly calls: Calls | undefined;
  /** The next look has to know of this one. */
  readonly isNews: boolean;
}

/** What a plan makes of the looks at contracts. */
export interface Contracts {
  readonly held: ReadonlyMap<string, Held>;
  readonly forced: readonly ForcedContract[];
  /** What was looked at of those that are free to go. */
  readonly notes: readonly string[];
  /** Looks that are worth a record. */
  readonly news: ReadonlyMap<string, Looked>;
}

/** A contract that is run although something still uses what it drops. */
export interface ForcedContract {
  readonly version: string;
  /** A person's. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

export const NO_CONTRACTS: Contracts = { held: new Map(), forced: [], notes: [], news: new Map() };
