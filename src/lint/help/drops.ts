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
): readonly { readonly table: QualifiedName; readonly cmd: AlterTableCmd }[] {
  const stmt = as('AlterTableStmt', tree?.node);
  if (!stmt) return NONE;
  const commands = all('AlterTableCmd', stmt.cmds).filter(({ subtype }) => subtypes.includes(subtype));
  const table = commands.length > 0 ? relationName(stmt.relation) : undefined;
  return table ? commands.map((cmd) => ({ table, cmd })) : NONE;
}

const NONE: readonly never[] = [];
