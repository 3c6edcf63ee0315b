import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { isRelation } from './object-kinds.ts';
import { isSame } from './same-name.ts';

/** The name of the table, view or sequence that a statement makes, or gives to one that is there. */
export function relationMade(node: Node): QualifiedName | undefined {
  return (
    relationName(as('CreateStmt', node)?.relation) ??
    relationName(as('ViewStmt', node)?.view) ??
    relationName(as('CreateTableAsStmt', node)?.into?.rel) ??
    relationName(as('CreateSeqStmt', node)?.sequence) ??
    renamedTo(node)
  );
}

function renamedTo(node: Node): QualifiedName | undefined {
  const stmt = as('RenameStmt', node);
  const from = relationName(stmt?.relation);
  if (!from || !isRelation(stmt?.renameType)) return undefined;
  return { ...from, name: stmt?.newname ?? '' };
}

/** Whether one of the statements makes a relation of that name, so that those who use the name find something. */
export function isMadeIn(subjects: readonly Subject[], name: QualifiedName): boolean {
  return subjects.some(({ tree, known }) => tree !== undefined && isSame(known, relationMade(tree.node), name));
}
