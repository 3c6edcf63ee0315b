import type { ObjectType } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import { renamedColumn } from '../expression.ts';
import type { KnownIndex, KnownTable, RelationName } from '../table.ts';
import { familyOf, renameIndex } from './constraints.ts';
import type { Learning } from './indexes.ts';

type Rename = Fields<'RenameStmt'>;

/** ALTER ... RENAME */
export function learnRename(at: Learning, statement: Rename): void {
  const { renameType, relation, newname = '' } = statement;
  const type = renameType as ObjectType;
  const relationWritten = relationName(relation);
  if (relationWritten) RELATIONS[type]?.(at, at.draft.resolve(relationWritten), statement);
  if (type === 'OBJECT_SCHEMA') moveSchema(at, statement.subname ?? '', newname);
  const name = objectName(statement.object);
  if (name) OBJECTS[type]?.(at, name, statement);
}

type RenameOf<Name> = (at: Learning, name: Name, statement: Rename) => void;

const renameRelation: RenameOf<RelationName> = (at, name, { newname = '' }) => {
  const found = at.draft.index(name);
  if (found) renameIndexTo(at, found.table, found.index, newname);
  else at.draft.moveTable(name, { schema: name.schema, name: newname });
};

const renameOneColumn: RenameOf<RelationName> = (at, table, { subname = '', newname = '' }) =>
  renameColumn(at, table, subname, newname);

const RELATIONS: Partial<Record<ObjectType, RenameOf<RelationName>>> = {
  OBJECT_TABLE: renameRelation,
  OBJECT_VIEW: renameRelation,
  OBJECT_MATVIEW: renameRelation,
  OBJECT_INDEX: renameRelation,
  OBJECT_SEQUENCE: renameRelation,
  OBJECT_FOREIGN_TABLE: renameRelation,
  OBJECT_COLUMN: renameOneColumn,
  OBJECT_ATTRIBUTE: renameOneColumn,
  OBJECT_TABCONSTRAINT: (at, table, { subname = '', newname = '' }) => renameConstraint(at, table, subname, newname),
  OBJECT_POLICY: ({ draft }, table, { subname = '', newname = '' }) =>
    draft.changeKnown(table, ({ policies }) => ({
      policies: policies.map((one) => (one === subname ? newname : one)),
    })),
};

const renameType: RenameOf<QualifiedName> = (at, written, { newname = '' }) => {
  const type = at.draft.resolveType(written);
  moveType(at, type, { schema: type.schema, name: newname });
};

const renameFunctions: RenameOf<QualifiedName> = (at, name, { newname = '' }) =>
  moveFunctions(at, name, { name: newname });

const OBJECTS: Partial<Record<ObjectType, RenameOf<QualifiedName>>> = {
  OBJECT_TYPE: renameType,
  OBJECT_DOMAIN: renameType,
  OBJECT_DOMCONSTRAINT: renameDomainConstraint,
  OBJECT_FUNCTION: renameFunctions,
  OBJECT_PROCEDURE: renameFunctions,
  OBJECT_AGGREGATE: renameFunctions,
  OBJECT_ROUTINE: renameFunctions,
};

const FUNCTIONS: ReadonlySet<ObjectType> = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_AGGREGATE',
  'OBJECT_ROUTINE',
]);

function objectName(object: Node | undefined): QualifiedName | undefined {
  return nameOf(as('List', object)?.items ?? as('ObjectWithArgs', object)?.objname);
}

/** A constraint and its index have one name. */
function renameIndexTo(at: Learning, { name }: KnownTable, index: KnownIndex, to: string): void {
  if (index.constraint === undefined) renameIndex(at, name, index, { ...index, name: to });
  else renameConstraint(at, name, index.constraint, to);
}

function renameConstraint(at: Learning, name: RelationName, from: string, to: string): void {
  const table = at.draft.table(name);
  const constraint = table?.constraints.get(from);
  if (!table || !constraint) return;
  const index = [...table.indexes.values()].find((one) => one.constraint === from);
  at.draft.change(name, ({ constraints }) => ({ constraints: renamedKey(constraints, from, to) }));
  if (index) renameIndex(at, name, index, { ...index, name: to, constraint: to });
  if (constraint.type === 'check') for (const child of familyOf(table)) renameConstraint(at, child, from, to);
}

/** In its place, with the name that it has itself. */
function renamedKey<One extends { readonly name: string }>(
  map: ReadonlyMap<string, One>,
  from: string,
  to: string,
): ReadonlyMap<string, One> {
  return new Map([...map].map(([key, one]) => (key === from ? [to, { ...one, name: to }] : [key, one])));
}

function renameColumn(at: Learning, name: RelationName, from: string, to: string): void {
  const { draft } = at;
  const table = draft.table(name);
  if (!table) return;
  for (const { table: other, constraint } of draft.referencing(name))
    draft.change(other.name, ({ constraints }) => {
      const one = constraints.get(constraint)!;
      const references = {
        ...one.references!,
        columns: one.references!.columns.map((own) => (own === from ? to : own)),
      };
      return { constraints: new Map(constraints).set(constraint, { ...one, references }) };
    });
  draft.change(name, (one) => withColumnRenamed(one, from, to));
  for (const { name: sequence, ownedBy } of draft.sequencesOf(name))
    if (ownedBy?.column === from) draft.change(sequence, () => ({ ownedBy: { table: name, column: to } }));
  for (const view of draft.dependents(name))
    draft.change(view, ({ mentions }) => ({ mentions: mentions.includes(from) ? [...mentions, to] : mentions }));
  for (const child of familyOf(table)) renameColumn(at, child, from, to);
}

function withColumnRenamed(table: KnownTable, from: string, to: string): Partial<KnownTable> {
  const renamed = (names: readonly string[]) => names.map((one) => (one === from ? to : one));
  return {
    columns: withFormerName(renamedKey(table.columns, from, to), from, to),
    partitionedBy: table.partitionedBy?.map((one) => (one === from ? to : one)),
    constraints: new Map(
      [...table.constraints].map(([key, one]) => [
        key,
        { ...one, columns: renamed(one.columns), expression: renamedColumn(one.expression, from, to) },
      ]),
    ),
    indexes: new Map([...table.indexes].map(([key, one]) => [key, indexRenamed(one, from, to)])),
  };
}

function withFormerName(columns: KnownTable['columns'], from: string, to: string): KnownTable['columns'] {
  const column = columns.get(to);
  return column ? new Map(columns).set(to, { ...column, formerly: column.formerly ?? from }) : columns;
}

function indexRenamed(index: KnownIndex, from: string, to: string): KnownIndex {
  const renamed = (one: string) => (one === from ? to : one);
  return {
    ...index,
    columns: index.columns.map((one) => one && renamed(one)),
    included: index.included.map(renamed),
    mentions: index.mentions.map(renamed),
    expressions: index.expressions?.map((one) => renamedColumn(one, from, to)!),
    predicate: renamedColumn(index.predicate, from, to),
  };
}

/** ALTER ... SET SCHEMA */
export function learnSetSchema(at: Learning, statement: Fields<'AlterObjectSchemaStmt'>): void {
  const { draft } = at;
  const { newschema: schema = '' } = statement;
  const type = statement.objectType as ObjectType;
  const relation = relationName(statement.relation);
  if (relation) moveRelation(at, draft.resolve(relation), schema);
  const name = objectName(statement.object);
  if (!name) return;
  if (type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN') {
    const old = draft.resolveType(name);
    moveType(at, old, { schema, name: old.name });
  } else if (FUNCTIONS.has(type)) moveFunctions(at, name, { schema });
}

/** With its sequences; its indexes are part of it here. */
function moveRelation({ draft }: Learning, name: RelationName, schema: string): void {
  const owned = draft.sequencesOf(name);
  draft.moveTable(name, { schema, name: name.name });
  for (const { name: sequence } of owned) draft.moveTable(sequence, { schema, name: sequence.name });
}

/** Columns of the type follow. */
function moveType({ draft }: Learning, from: RelationName, to: RelationName): void {
  const type = draft.userType(from);
  if (type) {
    draft.removeType(from);
    draft.putType({ ...type, name: to });
  } else if (draft.table(from)?.kind === 'composite type') draft.moveTable(from, to);
  else return;
  const [before, after] = [`${from.schema}.${from.name}`, `${to.schema}.${to.name}`];
  for (const table of [...draft.tables()])
    if ([...table.columns.values()].some((one) => one.type?.name === before))
      draft.change(table.name, ({ columns }) => ({
        columns: new Map(
          [...columns].map(([key, one]) => [
            key,
            one.type?.name === before ? { ...one, type: { ...one.type, name: after } } : one,
          ]),
        ),
      }));
}

function moveFunctions({ draft }: Learning, written: QualifiedName, to: Partial<RelationName>): void {
  const functions = draft.functions(written);
  const [first] = functions;
  if (!first) return;
  const name = { ...first.name, ...to };
  draft.putFunctions(first.name, []);
  draft.putFunctions(
    name,
    functions.map((one) => ({ ...one, name })),
  );
}

function renameDomainConstraint({ draft }: Learning, name: QualifiedName, statement: Rename): void {
  const { subname = '', newname = '' } = statement;
  const domain = draft.domain(name);
  if (domain?.constraints.has(subname))
    draft.putType({ ...domain, constraints: renamedKey(domain.constraints, subname, newname) });
}

function moveSchema(at: Learning, from: string, to: string): void {
  const { draft } = at;
  for (const { name } of [...draft.tables()])
    if (name.schema === from) draft.moveTable(name, { schema: to, name: name.name });
  for (const { name } of [...draft.contents.types.values()])
    if (name.schema === from) moveType(at, name, { schema: to, name: name.name });
  for (const [first] of [...draft.contents.functions.values()])
    if (first?.name.schema === from) moveFunctions(at, first.name, { schema: to });
}
