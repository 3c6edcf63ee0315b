import { displayIdentifier } from '../sql/quote.ts';

/** A table that is to be taken out of a backup. */
export interface WantedTable {
  readonly schema: string;
  readonly name: string;
  /** It is there already, and only its rows are wanted. */
  readonly isThere: boolean;
}

/**
 * What is in the database that tables are loaded into: each as a dump names it but for its owner (`TABLE public users`,
 * `SCHEMA - billing`, `FUNCTION public f(integer)`), and as objectKey writes it.
 */
export type Present = ReadonlySet<string>;

/** What is said of tables that are taken out of a backup, besides what is done for them. */
export interface MadeBeside {
  /** Of the tables that the backup has no definition of. */
  readonly unknown: readonly WantedTable[];
  /** What belongs to the tables and cannot be made, a phrase each. */
  readonly leftOut: readonly string[];
  /** What is made for them beside: schemas, types, functions, as the backup names them. */
  readonly beside: readonly string[];
  /** What they need, is not there, and is not made for them. */
  readonly missing: readonly string[];
}

/** What a table lacks that can be made with it, and the sequences whose values are then loaded, too. */
export const MADE_WITH = /^(?:SCHEMA|TYPE|SHELL TYPE|DOMAIN|COLLATION|SEQUENCE|FUNCTION|PROCEDURE|AGGREGATE) /;

/** A name as people write it. */
export function shownTable({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}
