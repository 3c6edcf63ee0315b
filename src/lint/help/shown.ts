import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';

/** A name as people write it, for messages and for the SQL of fixes: `orders`, `app."Orders"`. */
export function shown({ schema, name }: QualifiedName): string {
  return schema === undefined ? displayIdentifier(name) : `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Columns between parentheses. */
export function columnList(columns: readonly string[]): string {
  return `(${columns.map(displayIdentifier).join(', ')})`;
}
