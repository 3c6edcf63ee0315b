import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';
import { objectName } from './object-names.ts';

/** The name of the type that a statement makes, or gives to one that is there. */
export function typeMade(node: Node): QualifiedName | undefined {
  const renamed = as('RenameStmt', node);
  if (renamed?.renameType === 'OBJECT_TYPE' || renamed?.renameType === 'OBJECT_DOMAIN') {
    return { ...objectName(renamed.object), name: renamed.newname ?? '' };
  }
  return (
    nameOf(as('CreateEnumStmt', node)?.typeName) ??
    nameOf(as('CreateDomainStmt', node)?.domainname) ??
    nameOf(as('CreateRangeStmt', node)?.typeName) ??
    relationName(as('CompositeTypeStmt', node)?.typevar)
  );
}
