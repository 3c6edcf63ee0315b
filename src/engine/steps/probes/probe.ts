import type { Row } from '../../../postgres/row.ts';

/** Asks the catalog on the session that runs the steps: its search_path and role are the statement's. */
export type Ask = (sql: string, params?: readonly (string | null)[]) => Promise<Row[]>;

/** What the catalog said before a statement was first tried; kept on record with the step (`step_started`, `before`). */
export type Facts = Readonly<Record<string, unknown>>;

/** What became of a statement that was cut off, as the catalog tells. */
export interface Outcome {
  readonly is: 'done' | 'not done' | 'half done' | 'cannot tell';
  /** How that is seen, for people and for the record: a sentence without its full stop. */
  readonly because: string;
  /** Of one that is half done: what removes or completes the half, each outside a transaction. */
  readonly cleanUp?: readonly string[];
  /** The oids of the indexes that are half done: somebody may be building them at this moment. */
  readonly indexes?: readonly string[];
  /** The clean-up completes it, so that nothing is left to be run. */
  readonly completes?: true;
}

/** One for each kind of statement that runs outside a transaction. */
export interface Probe {
  before(ask: Ask): Promise<Facts>;
  outcome(ask: Ask, before: Facts): Promise<Outcome>;
  /** After the statement has succeeded: what is wrong all the same (an index that is not valid), with the way out. */
  fault?(ask: Ask, before: Facts): Promise<{ what: string; next: string } | undefined>;
}

export const done = (because: string): Outcome => ({ is: 'done', because });
export const notDone = (because: string): Outcome => ({ is: 'not done', because });
export const halfDone = (because: string, cleanUp: readonly string[] = []): Outcome => ({
  is: 'half done',
  because,
  cleanUp,
});
