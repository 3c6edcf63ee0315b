import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';

/** A foreign key that a statement makes, by the columns that hold it. */
export interface WrittenForeignKey {
  readonly table: QualifiedName;
  readonly columns: readonly string[];
  readonly referenced: QualifiedName;
  /** Empty: its primary key. */
  readonly referencedColumns: readonly string[];
  /** Location in the tree. */
  readonly location: number | undefined;
}

/** The foreign keys of CREATE TABLE and ALTER TABLE; none of a temporary table. */
export function writtenForeignKeys({ tree }: Subject): WrittenForeignKey[] {
  const statement = as('CreateStmt', tree?.node) ?? as('AlterTableStmt', tree?.node);
  const table = relationName(statement?.relation);
  if (!statement || !table || statement.relation?.relpersistence === 't') return [];
  const elements = 'cmds' in statement ? added(statement) : (as('CreateStmt', tree?.node)?.tableElts ?? []);
  return [
    ...all('Constraint', elements).flatMap((one) => foreignKey(table, one, stringsOf(one.fk_attrs))),
    ...all('ColumnDef', elements).flatMap(({ colname, constraints }) =>
      all('Constraint', constraints).flatMap((one) => foreignKey(table, one, [colname ?? ''])),
    ),
  ];
}

function added({ cmds }: Fields<'AlterTableStmt'>) {
  return all('AlterTableCmd', cmds).flatMap(({ subtype, def }) =>
    def && (subtype === 'AT_AddColumn' || subtype === 'AT_AddConstraint') ? [def] : [],
  );
}

function foreignKey(
  table: QualifiedName,
  { contype, pktable, pk_attrs, location }: Fields<'Constraint'>,
  columns: readonly string[],
): WrittenForeignKey[] {
  const referenced = relationName(pktable);
  if (contype !== 'CONSTR_FOREIGN' || !referenced) return [];
  return [{ table, columns, referenced, referencedColumns: stringsOf(pk_attrs), location }];
}
