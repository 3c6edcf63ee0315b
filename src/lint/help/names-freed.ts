import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { isRelation } from './object-kinds.ts';
import { objectName } from './object-names.ts';
import { isSame } from './same-name.ts';

/** Whether a statement renames or drops the relation of that name, so that another one can take its place: a swap. */
export function namesFreed({ tree, known }: Subject, name: QualifiedName): boolean {
  const renamed = as('RenameStmt', tree?.node);
  if (renamed && isRelation(renamed.renameType)) return isSame(known, relationName(renamed.relation), name);
  const dropped = as('DropStmt', tree?.node);
  if (!dropped || !isRelation(dropped.removeType)) return false;
  return (dropped.objects ?? []).some((object) => isSame(known, objectName(object), name));
}
