import type { KnownTable, RelationName } from '../../known/table.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { markFunctionRead } from '../calls.ts';
import { markColumnRead } from '../columns-read.ts';
import { markExtension } from '../extensions.ts';
import { markBounds } from '../labels.ts';
import type { Marks } from '../marks.ts';
import { DATABASE, globalPath, groupPath, knownRelationPath, memberPath, relationPath, schemaPath } from '../paths.ts';
import { markReads, markSchemaObject, markTypes } from '../reads.ts';
import { sourceNamed } from '../source.ts';
import { markColumnNeeds } from './columns.ts';
import { markConstraintReads } from './constraints.ts';
import { readRoles } from './roles.ts';
import { markQuery } from './rows.ts';
import { readTablespace } from './tablespaces.ts';

/** CREATE TABLE, CREATE FOREIGN TABLE */
export function markTable(marks: Marks, statement: Fields<'CreateStmt'>): void {
  const { relation, tableElts, constraints, inhRelations, partbound, ofTypename } = statement;
  const name = newRelation(marks, relation);
  if (!name) return;
  for (const one of all('RangeVar', inhRelations)) markParent(marks, name, one, partbound);
  marks.dependent(knownRelationPath(marks.after, name), () => markTypes(marks, ofTypename && { TypeName: ofTypename }));
  for (const one of [...(tableElts ?? []), ...(constraints ?? [])]) markElement(marks, name, one);
  markReads(marks, [
    statement.partspec && { PartitionSpec: statement.partspec },
    partbound && { PartitionBoundSpec: partbound },
  ]);
  for (const { collation, opclass } of all('PartitionElem', statement.partspec?.partParams)) {
    markSchemaObject(marks, 'collation', nameOf(collation));
    markSchemaObject(marks, 'operator class', nameOf(opclass));
  }
  if (statement.accessMethod) marks.reads(globalPath('access method', statement.accessMethod));
  readTablespace(marks, statement.tablespacename);
  markCreated(marks, name, { unlessThere: statement.if_not_exists });
}

export function newRelation(marks: Marks, relation: Fields<'RangeVar'> | undefined): RelationName | undefined {
  const written = relationName(relation);
  if (!written) return undefined;
  if (relation?.relpersistence === 't') return { schema: 'pg_temp', name: written.name };
  return { schema: written.schema ?? marks.before.defaultSchema, name: written.name };
}

/** CREATE OR REPLACE; CREATE ... IF NOT EXISTS. */
export interface Creation {
  readonly replaces?: boolean | undefined;
  readonly unlessThere?: boolean | undefined;
}

/** With the sequences that come with it. What is there already stays as it is, unless the statement replaces it. */
export function markCreated(marks: Marks, name: RelationName, { replaces, unlessThere }: Creation = {}): void {
  const before = marks.before.table(name);
  const isThere = isMade(before);
  if (isThere && !replaces) {
    marks.reads(knownRelationPath(marks.before, name), { weak: true });
    return;
  }
  if (before && unlessThere && !isThere) {
    marks.creates(knownRelationPath(marks.before, name), true);
    return;
  }
  marks.reads(schemaPath(name.schema));
  for (const owner of [schemaPath(name.schema), DATABASE])
    marks.reads(groupPath(owner, 'default privileges'), { whole: true, weak: true });
  const path = knownRelationPath(marks.after, name);
  if (isThere) marks.changes(path);
  else marks.creates(path);
  for (const { name: sequence } of marks.after.sequencesOf(name)) marks.creates(relationPath(sequence, 'sequence'));
}

/** Not one that is only known because a statement before has named it: it was there before all files, or they are in the wrong order. */
function isMade(table: KnownTable | undefined): boolean {
  return table !== undefined && (table.complete || table.made !== undefined);
}

function markParent(
  marks: Marks,
  name: RelationName,
  parent: Fields<'RangeVar'>,
  bound: Fields<'PartitionBoundSpec'> | undefined,
): void {
  const written = relationName(parent);
  if (!written) return;
  const full = marks.before.resolve(written);
  markInherited(marks, full, true);
  if (bound) markBounds(marks, full, bound);
  if (bound) marks.creates(memberPath(knownRelationPath(marks.before, full), 'partitions', name.name));
}

/**
 * What a table gets from one above it, and what makes it. Only one that comes with columns of its own has to have the same: a new one
 * would get them later, too.
 */
export function markInherited(marks: Marks, parent: RelationName, isFree: boolean): void {
  const path = knownRelationPath(marks.before, parent);
  marks.reads(path);
  marks.readsAll(groupPath(path, 'columns'), isFree);
  marks.readsAll(groupPath(path, 'constraints'), true);
  marks.readsAll(groupPath(path, 'indexes'), true);
  marks.readsAll(groupPath(path, 'triggers'), true);
}

function markElement(marks: Marks, table: RelationName, element: Node): void {
  const [column, constraint, like] = [
    as('ColumnDef', element),
    as('Constraint', element),
    as('TableLikeClause', element),
  ];
  if (column) markColumnNeeds(marks, table, column);
  if (constraint) markConstraintReads(marks, table, constraint);
  const source = relationName(like?.relation);
  if (source) marks.readsAll(knownRelationPath(marks.before, marks.before.resolve(source)));
}

/** CREATE VIEW */
export function markView(marks: Marks, { view, query, replace }: Fields<'ViewStmt'>): void {
  const name = newRelation(marks, view);
  if (!name) return;
  markReads(marks, query);
  markCreated(marks, name, { replaces: replace });
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW */
export function markTableAs(
  marks: Marks,
  { into, query, if_not_exists: unlessThere }: Fields<'CreateTableAsStmt'>,
): void {
  const name = newRelation(marks, into?.rel);
  if (!name) return;
  markReads(marks, query, [], into?.skipData !== true);
  readTablespace(marks, into?.tableSpaceName);
  markCreated(marks, name, { unlessThere });
}

/** CREATE INDEX */
export function markIndex(marks: Marks, statement: Fields<'IndexStmt'>): void {
  const written = relationName(statement.relation);
  if (!written) return;
  const table = marks.before.resolve(written);
  const sources = [sourceNamed(table, written.name)];
  const path = knownRelationPath(marks.before, table);
  marks.reads(path);
  for (const { name, expr, opclass, collation } of all('IndexElem', [
    ...(statement.indexParams ?? []),
    ...(statement.indexIncludingParams ?? []),
  ])) {
    if (name) markColumnRead(marks, table, name);
    markReads(marks, expr, sources);
    markSchemaObject(marks, 'operator class', nameOf(opclass));
    markSchemaObject(marks, 'collation', nameOf(collation));
  }
  markMethod(marks, statement.accessMethod);
  readTablespace(marks, statement.tableSpace);
  markReads(marks, statement.whereClause, sources);
  for (const name of addedIndexes(marks, table)) markNewIndex(marks, table, name);
}

/** Plain columns get their operator classes for gist and gin from an extension. */
function markMethod(marks: Marks, method: string | undefined): void {
  if (method === undefined) return;
  marks.reads(globalPath('access method', method));
  markExtension(marks, method);
  if (method === 'gist' || method === 'gin') marks.reads(globalPath('extension', `btree_${method}`), { weak: true });
}

function markNewIndex(marks: Marks, table: RelationName, name: string): void {
  marks.creates(memberPath(knownRelationPath(marks.before, table), 'indexes', name));
  // Tables and indexes have one space of names.
  marks.claims(relationPath({ schema: table.schema, name }, 'index'));
}

/** Those that the statement has made: its name may be PostgreSQL's choice. */
function addedIndexes({ before, after }: Marks, table: RelationName): string[] {
  const old = before.table(table)?.indexes;
  return [...(after.table(table)?.indexes.keys() ?? [])].filter((name) => !old?.has(name));
}

/** CREATE TRIGGER */
export function markTrigger(marks: Marks, statement: Fields<'CreateTrigStmt'>): void {
  const { relation, funcname, whenClause, columns, constrrel, trigname = '' } = statement;
  const written = relationName(relation);
  if (!written) return;
  const table = marks.before.resolve(written);
  const path = knownRelationPath(marks.before, table);
  marks.reads(path);
  for (const { sval } of all('String', columns)) if (sval) markColumnRead(marks, table, sval);
  const called = nameOf(funcname);
  if (called) markFunctionRead(marks, called, []);
  const other = relationName(constrrel);
  if (other) marks.reads(knownRelationPath(marks.before, marks.before.resolve(other)));
  markReads(marks, whenClause, [sourceNamed(table, 'new', 'old')]);
  marks.creates(memberPath(path, 'triggers', trigname));
}

/** CREATE POLICY, ALTER POLICY */
export function markPolicy(
  marks: Marks,
  {
    table: relation,
    policy_name: policy = '',
    roles,
    qual,
    with_check,
  }: Fields<'CreatePolicyStmt'> | Fields<'AlterPolicyStmt'>,
  isNew: boolean,
): void {
  const written = relationName(relation);
  if (!written) return;
  const table = marks.before.resolve(written);
  const path = knownRelationPath(marks.before, table);
  marks.reads(path);
  markReads(marks, [qual, with_check], [sourceNamed(table, written.name)]);
  readRoles(marks, roles);
  const own = memberPath(path, 'policies', policy);
  if (isNew) marks.creates(own);
  else marks.changes(own);
}

/** CREATE RULE */
export function markRule(marks: Marks, { relation, rulename = '', actions, whereClause }: Fields<'RuleStmt'>): void {
  const written = relationName(relation);
  if (!written) return;
  const table = marks.before.resolve(written);
  const path = knownRelationPath(marks.before, table);
  marks.reads(path);
  const rows = [sourceNamed(table, 'new', 'old')];
  markReads(marks, whereClause, rows);
  marks.needs(() => {
    for (const action of actions ?? []) markQuery(marks, action, rows);
  });
  marks.creates(memberPath(path, 'rules', rulename));
}
