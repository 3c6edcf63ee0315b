import type { Statement } from '../migration/migration.ts';
import type { SyntaxTree } from '../syntax/tree.ts';
import type { Place } from './marks.ts';

/** Where an offset in a statement of a file lies in the file. */
export function placeIn(outer: Statement, offset: number): Place {
  return { offset: outer.offset < 0 ? -1 : outer.offset + offset, line: lineAt(outer, offset) };
}

/** The same of the locations of a tree whose text lies in the statement. */
export function innerPlace(outer: Statement, placeOf: (offset: number) => number, tree: SyntaxTree) {
  return (location: number | undefined) => placeIn(outer, placeOf(tree.offsetOf(location)));
}

export function lineAt({ sql, line }: Statement, offset: number): number {
  let found = line;
  for (let at = sql.indexOf('\n'); at >= 0 && at < offset; at = sql.indexOf('\n', at + 1)) found += 1;
  return found;
}
