import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';

/** A name as its user writes it: with the schema where it stands, quoted only where it must be. Right in SQL too. */
export function shown({ schema, name }: QualifiedName): string {
  return schema === undefined ? displayIdentifier(name) : `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

/** `orders.total` */
export function shownColumn(table: QualifiedName, column: string): string {
  return `${shown(table)}.${displayIdentifier(column)}`;
}

const LISTED_MAX = 4;

/** `a, b and c`; many end in `and 7 more`. */
export function listed(all: readonly string[]): string {
  const few = all.length > LISTED_MAX ? [...all.slice(0, LISTED_MAX - 1), `${all.length - LISTED_MAX + 1} more`] : all;
  return few.length < 2 ? few.join('') : `${few.slice(0, -1).join(', ')} and ${few.at(-1)}`;
}
