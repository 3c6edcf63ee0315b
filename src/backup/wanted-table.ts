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

/** What a table lacks that can be made with it, and the sequences whose values are then loaded, too. */
export const MADE_WITH = /^(?:SCHEMA|TYPE|SHELL TYPE|DOMAIN|COLLATION|SEQUENCE|FUNCTION|PROCEDURE|AGGREGATE) /;

/** A name as people write it. */
export function shownTable({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}
