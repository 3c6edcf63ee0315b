import { type Apart, constraintsApart } from '../../backup/constraints-apart.ts';
import type { Kept } from '../../backup/kept.ts';
import { readWayBack, type WayBackStatement } from '../../backup/way-back.ts';
import type { Statement } from '../../migration/migration.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { isTree, type ParseStatement } from '../../syntax/tree.ts';
import type { Placed } from './place.ts';

/** A statement of a ROLLBACK section, and the data that are put back. */
export interface SectionStatement {
  /** Which of them have to be there before it runs. */
  readonly before: ((place: Placed) => boolean) | undefined;
  /** It runs in two parts, with the data between them. */
  readonly apart: Apart | undefined;
  readonly changes: boolean;
}

/** Reads a ROLLBACK section for what is put back in it. Loads PostgreSQL's parser. */
export async function readSection(
  statements: readonly Statement[],
  kept: readonly Kept[],
  versionNum: number,
): Promise<(statement: Statement) => SectionStatement> {
  const { loadParser } = await import('../../parser/parser.ts');
  const parse = await loadParser();
  const returns = (column: string) => kept.some((one) => one.kind === 'column' && isOf(one, column));
  const read = statements.map(({ sql }) => readStatement(sql, parse, (name) => returns(name), versionNum));
  return (statement) => {
    const at = statements.indexOf(statement);
    const { reads, changes = true, apart } = read[at] ?? {};
    // What the section puts in itself comes first, and is not to meet ours.
    const later = read.slice(at).flatMap(({ fills }) => fills);
    return { before: reads && beforeOf(apart ? 'everything' : reads, later), apart, changes };
  };
}

function readStatement(
  sql: string,
  parse: ParseStatement,
  returns: (column: string) => boolean,
  versionNum: number,
): WayBackStatement & { readonly apart: Apart | undefined } {
  const tree = parse(sql);
  if (!isTree(tree)) return { ...readWayBack(undefined), apart: undefined };
  return { ...readWayBack(tree.node), apart: constraintsApart(tree.node, sql, { returns, versionNum }) };
}

function isOf({ columns, origin }: Kept, column: string): boolean {
  return columns.some(({ name }) => name === column || origin?.columns[name]?.was === column);
}

function beforeOf(reads: WayBackStatement['reads'], later: readonly QualifiedName[]): SectionStatement['before'] {
  if (reads !== 'everything' && reads.length === 0) return undefined;
  const isIn = (names: readonly QualifiedName[], { now }: Placed) =>
    names.some(({ schema, name }) => name === now.table && (schema ?? now.schema) === now.schema);
  return (place) => (reads === 'everything' || isIn(reads, place)) && !isIn(later, place);
}
