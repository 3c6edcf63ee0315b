import type { AlterTableType } from '@pgsql/types';
import { as, type Node, type NodeType, typeOf } from '../syntax/tree.ts';

/** What a statement is: the type of its tree, or a command of its ALTER TABLE. */
export type StatementKind = NodeType | AlterTableType;

/** All that one statement is. */
export function kindsOf(node: Node): StatementKind[] {
  const kinds: StatementKind[] = [typeOf(node)];
  for (const command of as('AlterTableStmt', node)?.cmds ?? NONE) {
    const subtype = as('AlterTableCmd', command)?.subtype;
    if (subtype !== undefined) kinds.push(subtype as AlterTableType);
  }
  return kinds;
}

const NONE: readonly Node[] = [];
