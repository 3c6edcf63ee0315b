import { relationName } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { type Context, use } from './use.ts';

const RENAMES: Readonly<Record<string, FormId>> = {
  OBJECT_TABLE: 'rename-table',
  OBJECT_VIEW: 'rename-table',
  OBJECT_MATVIEW: 'rename-table',
  OBJECT_FOREIGN_TABLE: 'rename-table',
  OBJECT_SEQUENCE: 'rename-table',
  OBJECT_COLUMN: 'rename-column',
  OBJECT_TABCONSTRAINT: 'rename-constraint',
  OBJECT_INDEX: 'rename-index',
};

/** RENAME of relations, their columns and constraints; other objects have no locks that others notice. */
export function renameUses(context: Context, statement: Fields<'RenameStmt'>): FormUse[] {
  const { renameType, relationType, relation, subname } = statement;
  const id = RENAMES[renameType ?? ''];
  if (!id || !relation || relationType === 'OBJECT_TYPE') return [];
  const details = { part: subname, location: relation.location, only: relation.inh !== true };
  return [use(context, id, relationName(relation), details)];
}

export function setSchemaUses(context: Context, { relation }: Fields<'AlterObjectSchemaStmt'>): FormUse[] {
  return relation ? [use(context, 'set-schema', relationName(relation), { location: relation.location })] : [];
}
