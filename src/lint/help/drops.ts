import type { AlterTableCmd, DropStmt, ObjectType } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { objectName } from './object-names.ts';

/** What a DROP of one of these kinds names; empty for other statements. */
export function dropped(subject: Subject, ...types: readonly ObjectType[]): QualifiedName[] {
  const stmt: DropStmt | undefined = as('DropStmt', subject.tree?.node);
  if (!stmt?.removeType || !types.includes(stmt.removeType)) return [];
  return (stmt.objects ?? []).flatMap((object) => objectName(object) ?? []);
}

/** Commands of one ALTER TABLE with their table. */
export function tableCommands(
  { tree }: Subject,
  ...subtypes: readonly AlterTableCmd['subtype'][]
): { readonly table: QualifiedName; readonly cmd: AlterTableCmd }[] {
  const stmt = as('AlterTableStmt', tree?.node);
  const table = relationName(stmt?.relation);
  if (!stmt || !table) return [];
  return all('AlterTableCmd', stmt.cmds).flatMap((cmd) => (subtypes.includes(cmd.subtype) ? { table, cmd } : []));
}
