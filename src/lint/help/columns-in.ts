import { stringsOf } from '../../syntax/names.ts';
import type { Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';

/** The columns that an expression names, each once. */
export function columnsIn(expression: Node | undefined): string[] {
  const names = [...nodesOf('ColumnRef', expression)].flatMap(({ fields }) => stringsOf(fields).at(-1) ?? []);
  return [...new Set(names)];
}
