import { nameOf } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import { defaultName } from '../default-names.ts';
import { emptyTable } from '../draft.ts';
import type { KnownColumn, RelationName } from '../table.ts';
import { serialOf, typeOf } from '../types.ts';
import { volatilityOf } from '../volatility.ts';
import { addConstraint, familyOf } from './constraints.ts';
import { isTaken, type Learning } from './indexes.ts';

type ColumnDef = Fields<'ColumnDef'>;

/** What the definition says of the column itself. */
export function columnOf({ draft }: Learning, definition: ColumnDef): KnownColumn {
  const constraints = all('Constraint', definition.constraints);
  const of = (type: string) => constraints.find(({ contype }) => contype === type);
  const [value, generated, collation] = [of('CONSTR_DEFAULT'), of('CONSTR_GENERATED'), definition.collClause?.collname];
  const serial = serialOf(definition.typeName) !== undefined;
  const identity = of('CONSTR_IDENTITY');
  const column: KnownColumn = {
    name: definition.colname ?? '',
    type: definition.typeName && typeOf(draft, definition.typeName),
    notNull: serial || identity !== undefined,
  };
  // Spread together, V8 would keep it as a hash table (measured).
  if (serial) Object.assign(column, { default: 'volatile' });
  if (value) Object.assign(column, { default: volatilityOf(draft, value.raw_expr), defaultValue: value.raw_expr });
  if (identity) Object.assign(column, { identity: true, identityKind: identityKind(identity) });
  if (generated) Object.assign(column, { generated: generated.generated_kind === 'v' ? 'virtual' : 'stored' });
  if (collation) Object.assign(column, { collation: nameOf(collation)?.name });
  return column;
}

export function identityKind({ generated_when, options }: Fields<'Constraint'>): KnownColumn['identityKind'] {
  if ((options ?? []).length > 0) return undefined;
  return generated_when === 'a' ? 'ALWAYS' : 'BY DEFAULT';
}

/**
 * A column of CREATE TABLE or ADD COLUMN with all that stands in its definition; the foreign keys of a new table come when all
 * else of it is there (`addForeignKeys`).
 */
export function addColumn(at: Learning, table: RelationName, definition: ColumnDef, isNew: boolean): void {
  const column = columnOf(at, definition);
  const { name } = column;
  putColumn(at, table, column);
  if (serialOf(definition.typeName) !== undefined || column.identity) addSequence(at, table, name);
  const { draft, made } = at;
  for (const constraint of constraintsOf(definition))
    if (!isNew || !isForeignKey(constraint)) addConstraint({ draft, made, table, constraint, column: name, isNew });
}

/** With what the grammar has behind each as constraints of their own: DEFERRABLE, INITIALLY DEFERRED. */
function constraintsOf({ constraints }: ColumnDef): Fields<'Constraint'>[] {
  const found: Fields<'Constraint'>[] = [];
  for (const one of all('Constraint', constraints)) {
    const attribute = ATTRIBUTES[one.contype ?? ''];
    const last = attribute && found.pop();
    found.push(last ? { ...last, ...attribute } : one);
  }
  return found;
}

const ATTRIBUTES: Readonly<Record<string, Fields<'Constraint'>>> = {
  CONSTR_ATTR_DEFERRABLE: { deferrable: true },
  CONSTR_ATTR_DEFERRED: { deferrable: true, initdeferred: true },
};

/** Those that stand in the definitions of a new table's columns. */
export function addForeignKeys(at: Learning, table: RelationName, definition: ColumnDef): void {
  for (const constraint of constraintsOf(definition))
    if (isForeignKey(constraint)) addConstraint({ ...at, table, constraint, column: definition.colname, isNew: true });
}

export function isForeignKey({ contype }: Fields<'Constraint'>): boolean {
  return contype === 'CONSTR_FOREIGN';
}

/** Partitions and children get it too. One that is there already stays what it is. */
function putColumn(at: Learning, table: RelationName, column: KnownColumn): void {
  at.draft.putColumn(table, column);
  for (const child of familyOf(at.draft.table(table)))
    if (at.draft.table(child)?.columns.has(column.name) === false) putColumn(at, child, column);
}

/** The sequence of a serial or identity column. */
export function addSequence({ draft, made }: Learning, table: RelationName, column: string): void {
  const name = defaultName(table.name, column, 'seq', (one) => isTaken(draft, table, one));
  const sequence = emptyTable({ schema: table.schema, name }, 'sequence');
  draft.putNewTable(Object.assign(sequence, { ownedBy: { table, column }, made }));
}

/** The options of a column of a typed table or of a partition: `id WITH OPTIONS PRIMARY KEY`. */
export function refineColumn(at: Learning, table: RelationName, definition: ColumnDef): void {
  const name = definition.colname ?? '';
  const { default: value, defaultValue, generated } = columnOf(at, definition);
  const old = at.draft.table(table)?.columns.get(name) ?? { name, type: undefined, notNull: false };
  at.draft.putColumn(table, {
    ...old,
    ...(value ? { default: value, defaultValue } : {}),
    ...(generated ? { generated } : {}),
  });
  for (const constraint of constraintsOf(definition))
    if (!isForeignKey(constraint)) addConstraint({ ...at, table, constraint, column: name, isNew: true });
}
