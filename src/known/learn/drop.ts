import type { ObjectType } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, namesOf, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { sameName } from '../schema.ts';
import type { KnownConstraint, KnownTable, RelationName } from '../table.ts';
import { sameType, typeOf } from '../types.ts';
import { changeColumn, familyOf } from './constraints.ts';
import { type Learning, withoutIndex } from './indexes.ts';

/** DROP of whatever is kept here. What depends on it goes too: without CASCADE nothing did, or the server refuses. */
export function learnDrop(at: Learning, { removeType, objects = [] }: Fields<'DropStmt'>): void {
  DROPS[removeType as ObjectType]?.(at, objects);
}

type Drop = (at: Learning, objects: readonly Node[]) => void;

const dropRelations: Drop = (at, objects) => {
  for (const name of namesOf(objects)) removeTable(at, at.draft.resolve(name));
};

const dropTypes: Drop = (at, objects) => {
  for (const { names } of all('TypeName', objects)) removeType(at, nameOf(names));
};

const dropFunctions: Drop = (at, objects) => {
  for (const one of all('ObjectWithArgs', objects)) removeFunction(at, one);
};

const DROPS: Partial<Record<ObjectType, Drop>> = {
  OBJECT_TABLE: dropRelations,
  OBJECT_FOREIGN_TABLE: dropRelations,
  OBJECT_VIEW: dropRelations,
  OBJECT_MATVIEW: dropRelations,
  OBJECT_SEQUENCE: dropRelations,
  OBJECT_INDEX: (at, objects) => {
    for (const name of namesOf(objects)) removeIndex(at, at.draft.resolve(name));
  },
  OBJECT_TYPE: dropTypes,
  OBJECT_DOMAIN: dropTypes,
  OBJECT_FUNCTION: dropFunctions,
  OBJECT_PROCEDURE: dropFunctions,
  OBJECT_AGGREGATE: dropFunctions,
  OBJECT_ROUTINE: dropFunctions,
  OBJECT_SCHEMA: (at, objects) => {
    for (const name of stringsOf(objects)) removeSchema(at, name);
  },
  OBJECT_POLICY: (at, objects) => {
    for (const one of objects) removePolicy(at, stringsOf(as('List', one)?.items));
  },
};

/** A table with its partitions and children, its sequences, the keys that point at it, the views that read it. */
function removeTable(at: Learning, name: RelationName): void {
  const { draft } = at;
  const table = draft.table(name);
  if (!table) return;
  const sequences = draft.sequencesOf(name);
  const views = draft.dependents(name);
  for (const { table: other, constraint } of draft.referencing(name))
    if (!sameName(other.name, name)) removeConstraint(at, other.name, constraint);
  draft.removeTable(name);
  unlink(at, table);
  for (const one of [...sequences.map((sequence) => sequence.name), ...views, ...familyOf(table)]) removeTable(at, one);
}

/** Takes it out of its parents. */
function unlink({ draft }: Learning, { name, partitionOf, inherits }: KnownTable): void {
  draft.changeKnown(partitionOf, ({ partitions }) => ({ partitions: without(partitions, name) }));
  for (const parent of inherits) draft.changeKnown(parent, ({ children }) => ({ children: without(children, name) }));
}

export function without(names: readonly RelationName[], name: RelationName): RelationName[] {
  return names.filter((one) => !sameName(one, name));
}

/** A partitioned index goes with its indexes on the partitions. */
function removeIndex(at: Learning, name: RelationName): void {
  const found = at.draft.index(name);
  if (!found) return;
  const { table, index } = found;
  at.draft.change(table.name, (one) => withoutIndex(one, index.name));
  for (const part of table.partitions) {
    const shape = (one: typeof index) => JSON.stringify([one.columns, one.unique, one.method, one.partial]);
    const own = [...(at.draft.table(part)?.indexes.values() ?? [])].find((one) => shape(one) === shape(index));
    if (own) removeIndex(at, { schema: part.schema, name: own.name });
  }
}

/** Also in partitions and children, with its index. */
export function removeConstraint(at: Learning, name: RelationName, constraint: string): void {
  const table = at.draft.table(name);
  const found = table?.constraints.get(constraint);
  if (table && found) removeKnown(at, table, found);
  else dropUnnamedNotNull(at, name, constraint);
}

function removeKnown(at: Learning, table: KnownTable, { name, type, columns }: KnownConstraint): void {
  at.draft.change(table.name, ({ constraints, indexes }) => ({
    constraints: new Map([...constraints].filter(([key]) => key !== name)),
    indexes: new Map([...indexes].filter(([, one]) => one.constraint !== name)),
  }));
  if (type === 'not null') for (const column of columns) changeColumn(at, table.name, column, { notNull: false });
  for (const child of familyOf(table)) removeInherited(at, child, table.constraints.get(name)!);
}

function removeInherited(at: Learning, child: RelationName, constraint: KnownConstraint): void {
  const shape = ({ type, columns }: KnownConstraint) => JSON.stringify([type, columns]);
  const own = [...(at.draft.table(child)?.constraints.values() ?? [])];
  const found = own.find(({ name }) => name === constraint.name) ?? own.find((one) => shape(one) === shape(constraint));
  if (found) removeConstraint(at, child, found.name);
}

/** From 18 on each NOT NULL has a name, which is not kept where nobody wrote it. */
function dropUnnamedNotNull(at: Learning, name: RelationName, constraint: string): void {
  for (const column of at.draft.table(name)?.columns.values() ?? [])
    if (column.notNull && constraint === `${name.name}_${column.name}_not_null`)
      changeColumn(at, name, column.name, { notNull: false });
}

/** With the indexes and constraints that name it, keys that point at it, its sequence, and the views that show it. */
export function removeColumn(at: Learning, name: RelationName, column: string): void {
  const { draft } = at;
  const table = draft.table(name);
  if (!table) return;
  removeUses(at, table, column);
  draft.change(name, ({ columns, constraints, indexes }) => ({
    columns: new Map([...columns].filter(([key]) => key !== column)),
    constraints: new Map([...constraints].filter(([, one]) => !one.columns.includes(column))),
    indexes: new Map(
      [...indexes].filter(([, one]) => ![...one.columns, ...one.included, ...one.mentions].includes(column)),
    ),
  }));
  for (const child of familyOf(table)) if (draft.table(child)) removeColumn(at, child, column);
}

function removeUses(at: Learning, { name }: KnownTable, column: string): void {
  const { draft } = at;
  for (const { table, constraint } of draft.referencing(name))
    if (table.constraints.get(constraint)?.references?.columns.includes(column))
      removeConstraint(at, table.name, constraint);
  for (const { name: sequence, ownedBy } of draft.sequencesOf(name))
    if (ownedBy?.column === column) draft.removeTable(sequence);
  for (const view of draft.dependents(name)) {
    const mentions = draft.table(view)?.mentions ?? [];
    if (mentions.includes(column) || mentions.includes('*')) removeTable(at, view);
  }
}

/** Columns of the type go too, and domains over it. */
function removeType(at: Learning, written: QualifiedName | undefined): void {
  if (!written) return;
  const { draft } = at;
  const name = draft.resolveType(written);
  const type = `${name.schema}.${name.name}`;
  if (draft.userType(name)) draft.removeType(name);
  else if (draft.table(name)?.kind === 'composite type') draft.removeTable(name);
  else return;
  for (const over of [...draft.contents.types.values()])
    if (over.kind === 'domain' && over.base.name === type) removeType(at, over.name);
  for (const table of [...draft.tables()])
    for (const column of table.columns.values())
      if (column.type?.name === type) removeColumn(at, table.name, column.name);
}

/** That one of its name, by its arguments where they are written. */
function removeFunction(
  { draft }: Learning,
  { objname, objargs, args_unspecified: all }: Fields<'ObjectWithArgs'>,
): void {
  const written = nameOf(objname);
  const [first, ...others] = draft.functions(written);
  if (!first) return;
  const types = (objargs ?? []).map((one) => as('TypeName', one)).flatMap((one) => (one ? typeOf(draft, one) : []));
  const left = [first, ...others].filter(
    ({ arguments: own }) =>
      !all && (own.length !== types.length || own.some((one, i) => one !== undefined && !sameType(one, types[i]!))),
  );
  draft.putFunctions(first.name, left);
}

function removeSchema(at: Learning, schema: string): void {
  const { draft } = at;
  for (const { name } of [...draft.tables()]) if (name.schema === schema) removeTable(at, name);
  for (const { name } of [...draft.contents.types.values()]) if (name.schema === schema) removeType(at, name);
  for (const [first] of [...draft.contents.functions.values()])
    if (first?.name.schema === schema) draft.putFunctions(first.name, []);
}

/** `{schema, table, policy}` */
function removePolicy({ draft }: Learning, parts: readonly string[]): void {
  const [policy, name, schema] = [...parts].reverse();
  if (name === undefined) return;
  const table = draft.resolve(schema === undefined ? { name } : { schema, name });
  draft.changeKnown(table, ({ policies }) => ({ policies: policies.filter((one) => one !== policy) }));
}
