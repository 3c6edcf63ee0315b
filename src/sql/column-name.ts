import type { TokenReader } from './token-reader.ts';

/** Reserved words that begin a constraint or LIKE where a column's definition could stand. */
const NOT_A_COLUMN = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK', 'LIKE', 'NOT'];

/**
 * The name of the column whose definition begins here; undefined when it is a constraint's. EXCLUDE is no reserved word:
 * it begins a constraint only before USING or a parenthesis.
 */
export function columnName(reader: TokenReader): string | undefined {
  if (NOT_A_COLUMN.includes(reader.word)) return undefined;
  if (reader.word !== 'EXCLUDE') return reader.name();
  const name = reader.name();
  return reader.isAt('USING', '(') ? undefined : name;
}
