import { stringsOf } from '../../syntax/names.ts';
import type { Node, SyntaxTree } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';

/**
 * An expression over a table's columns as a row trigger writes it: `NEW.` before each. `start` is where `text` begins in the
 * statement. Undefined where a column is named with its table.
 */
export function overNewRow(text: string, start: number, expression: Node, tree: SyntaxTree): string | undefined {
  const columns = [...nodesOf('ColumnRef', expression)];
  if (columns.some(({ fields }) => stringsOf(fields).length !== 1)) return undefined;
  const places = columns.map(({ location }) => tree.offsetOf(location) - start).sort((one, other) => other - one);
  let result = text;
  for (const place of places) result = `${result.slice(0, place)}NEW.${result.slice(place)}`;
  return result;
}
