import type { RangeVar } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
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
  const create = as('CreateStmt', tree?.node);
  const alter = as('AlterTableStmt', tree?.node);
  const table = relationName((create ?? alter)?.relation);
  if (!table || (create ?? alter)?.relation?.relpersistence === 't') return [];
  const elements = alter ? added(alter) : (create?.tableElts ?? []);
  const found = all('Constraint', elements).filter(isForeignKey);
  const keys = found.map((one) => foreignKey(table, one, stringsOf(one.fk_attrs)));
  for (const { colname = '', constraints } of all('ColumnDef', elements))
    for (const one of all('Constraint', constraints))
      if (isForeignKey(one)) keys.push(foreignKey(table, one, [colname]));
  return keys;
}

function added({ cmds }: Fields<'AlterTableStmt'>): Node[] {
  const adding = all('AlterTableCmd', cmds).filter(({ subtype }) => ADDS.has(subtype));
  return adding.flatMap(({ def }) => def ?? []);
}

const ADDS = new Set<Fields<'AlterTableCmd'>['subtype']>(['AT_AddColumn', 'AT_AddConstraint']);

type ForeignKey = Fields<'Constraint'> & { readonly pktable: RangeVar };

function isForeignKey(constraint: Fields<'Constraint'>): constraint is ForeignKey {
  return constraint.contype === 'CONSTR_FOREIGN' && constraint.pktable?.relname !== undefined;
}

function foreignKey(
  table: QualifiedName,
  { pktable, pk_attrs, location }: ForeignKey,
  columns: readonly string[],
): WrittenForeignKey {
  return { table, columns, referenced: relationName(pktable)!, referencedColumns: stringsOf(pk_attrs), location };
}
