import type { TypeName } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type SyntaxTree } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';

/** A column with a type that a statement writes: of a new table, added to one, or given another type. */
export interface WrittenColumn {
  readonly table: QualifiedName;
  readonly column: string;
  readonly type: TypeName;
  /** That of PostgreSQL itself, `timestamptz`; undefined for one with another schema. */
  readonly typeName: string | undefined;
  readonly constraints: readonly Fields<'Constraint'>[];
  readonly how: 'created' | 'added' | 'changed';
}

/** Seven rules ask for those of each statement. */
const kept = new WeakMap<SyntaxTree, readonly WrittenColumn[]>();

/** The columns of a CREATE TABLE or ALTER TABLE; none of a temporary table, which nobody keeps. */
export function writtenColumns({ tree }: Subject): readonly WrittenColumn[] {
  if (!tree) return [];
  const columns = kept.get(tree) ?? columnsIn(tree);
  kept.set(tree, columns);
  return columns;
}

function columnsIn({ node }: SyntaxTree): WrittenColumn[] {
  const create = as('CreateStmt', node);
  if (create) return isTemporary(create) ? [] : createdColumns(create);
  const alter = as('AlterTableStmt', node);
  return alter?.objtype === 'OBJECT_TABLE' ? alteredColumns(alter) : [];
}

function isTemporary({ relation }: Fields<'CreateStmt'>): boolean {
  return relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp';
}

function createdColumns({ relation, tableElts }: Fields<'CreateStmt'>): WrittenColumn[] {
  const table = relationName(relation);
  return table ? all('ColumnDef', tableElts).flatMap((one) => written(table, one, one.colname, 'created')) : [];
}

function alteredColumns({ relation, cmds }: Fields<'AlterTableStmt'>): WrittenColumn[] {
  const table = relationName(relation);
  if (!table) return [];
  return all('AlterTableCmd', cmds).flatMap(({ subtype, name, def }) => {
    const column = as('ColumnDef', def);
    if (subtype === 'AT_AddColumn') return written(table, column, column?.colname, 'added');
    return subtype === 'AT_AlterColumnType' ? written(table, column, name, 'changed') : [];
  });
}

function written(
  table: QualifiedName,
  definition: Fields<'ColumnDef'> | undefined,
  column: string | undefined,
  how: WrittenColumn['how'],
): WrittenColumn[] {
  const type = definition?.typeName;
  if (!type || column === undefined) return [];
  return [
    { table, column, type, typeName: typeName(type), constraints: all('Constraint', definition.constraints), how },
  ];
}

function typeName({ names }: TypeName): string | undefined {
  const written = nameOf(names);
  return written?.schema === undefined || written.schema === 'pg_catalog' ? written?.name : undefined;
}
