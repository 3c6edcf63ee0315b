import type { Fields } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { globalPath } from '../paths.ts';
import { readRole } from './roles.ts';

const path = (name: string) => globalPath('tablespace', name);

/** TABLESPACE of a table or index; those of PostgreSQL itself are always there. */
export function readTablespace(marks: Marks, name: string | undefined): void {
  if (name && !name.startsWith('pg_')) marks.reads(path(name));
}

/** CREATE TABLESPACE */
export function markTablespace(marks: Marks, { tablespacename = '', owner }: Fields<'CreateTableSpaceStmt'>): void {
  readRole(marks, owner);
  marks.creates(path(tablespacename));
}

/** ALTER TABLESPACE ... SET */
export function markAlterTablespace(marks: Marks, { tablespacename = '' }: Fields<'AlterTableSpaceOptionsStmt'>): void {
  marks.changes(path(tablespacename));
}

/** DROP TABLESPACE */
export function markDropTablespace(marks: Marks, { tablespacename = '' }: Fields<'DropTableSpaceStmt'>): void {
  marks.drops(path(tablespacename));
}

/** ALTER TABLE ALL IN TABLESPACE ... SET TABLESPACE */
export function markMoveAll(marks: Marks, statement: Fields<'AlterTableMoveAllStmt'>): void {
  readTablespace(marks, statement.orig_tablespacename);
  readTablespace(marks, statement.new_tablespacename);
}
