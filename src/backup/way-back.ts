import type { QualifiedName } from '../sql/token-reader.ts';
import { relationName } from '../syntax/names.ts';
import { all, as, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

/** What a statement of a ROLLBACK section has to do with the data that is put back. */
export interface WayBackStatement {
  /** The data that it looks at, so that they have to be there before: all of them, or those of tables that it names. */
  readonly reads: 'everything' | readonly QualifiedName[];
  /** The section itself puts rows into these tables, so ours come behind. */
  readonly fills: readonly QualifiedName[];
  /** It may change values that were put back before. */
  readonly changes: boolean;
}

const NOTHING: WayBackStatement = { reads: [], fills: [], changes: false };
const EVERYTHING: WayBackStatement = { ...NOTHING, reads: 'everything' };

/** Commands that the server carries out only where the rows allow it. */
const CHECKING: ReadonlySet<string> = new Set([
  'AT_SetNotNull',
  'AT_AddConstraint',
  'AT_AddIndex',
  'AT_ValidateConstraint',
  'AT_AttachPartition',
]);

/** What that is of one statement; undefined: its text is not understood. */
export function readWayBack(node: Node | undefined): WayBackStatement {
  if (!node) return { ...NOTHING, changes: true };
  const alter = as('AlterTableStmt', node);
  if (alter) return all('AlterTableCmd', alter.cmds).some(isChecking) ? EVERYTHING : NOTHING;
  if (as('IndexStmt', node)?.unique) return EVERYTHING;
  if (as('CreateTableAsStmt', node) ?? as('RefreshMatViewStmt', node) ?? as('AlterDomainStmt', node)) return EVERYTHING;
  return rowStatement(node);
}

function isChecking({ subtype }: { readonly subtype?: string }): boolean {
  return CHECKING.has(subtype ?? '');
}

function rowStatement(node: Node): WayBackStatement {
  const insert = as('InsertStmt', node) ?? as('MergeStmt', node);
  const target = insert?.relation ?? as('UpdateStmt', node)?.relation ?? as('DeleteStmt', node)?.relation;
  const copied = as('CopyStmt', node);
  if (copied)
    return { reads: [], fills: named(copied.is_from ? relationName(copied.relation) : undefined), changes: true };
  if (as('SelectStmt', node)) return { reads: tablesIn(node, undefined), fills: [], changes: true };
  const changes = target !== undefined || as('DoStmt', node) !== undefined || as('CallStmt', node) !== undefined;
  if (!target) return { ...NOTHING, changes };
  return { reads: tablesIn(node, target), fills: insert ? named(relationName(target)) : [], changes };
}

function tablesIn(node: Node, target: object | undefined): QualifiedName[] {
  return nodesOf('RangeVar', node).flatMap((one) => (one === target ? [] : named(relationName(one))));
}

function named(name: QualifiedName | undefined): QualifiedName[] {
  return name ? [name] : [];
}
