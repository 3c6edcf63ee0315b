import type { RelationName } from '../../known/table.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import { markAllColumns, markColumnRead } from '../columns-read.ts';
import { markKeyRead } from '../keys.ts';
import { markInserted, markSet } from '../labels.ts';
import type { Marks } from '../marks.ts';
import { groupPath, knownRelationPath, memberPath } from '../paths.ts';
import { markReads } from '../reads.ts';
import { addRows, deleteRows, markRowsRead, truncateRows, updateRows } from '../rows.ts';
import { type Source, sourceOf } from '../source.ts';

/** INSERT, UPDATE, DELETE, MERGE, SELECT, and those inside WITH. */
export function markQuery(marks: Marks, node: Node | undefined, beside: readonly Source[] = []): void {
  const changes = [
    ...[...nodesOf('InsertStmt', node)].map((one) => markInsert(marks, one)),
    ...[...nodesOf('UpdateStmt', node)].map((one) => markUpdate(marks, one)),
    ...[...nodesOf('DeleteStmt', node)].map((one) => markDelete(marks, one)),
    ...[...nodesOf('MergeStmt', node)].map((one) => markMerge(marks, one)),
  ];
  markReads(marks, node, [...beside, ...changes.flatMap((one) => one ?? [])], true);
}

function markInsert(
  marks: Marks,
  { relation, cols, selectStmt, onConflictClause: conflict }: Fields<'InsertStmt'>,
): Source | undefined {
  const source = target(marks, relation);
  if (!source) return undefined;
  const columns = all('ResTarget', cols).flatMap(({ name }) => name ?? []);
  for (const column of columns) markColumnRead(marks, source.name, column);
  if (columns.length === 0 && selectStmt) markAllColumns(marks, source.name);
  markInserted(marks, source.name, columns, selectStmt);
  markSet(marks, source.name, conflict?.targetList);
  addRows(marks, source.name);
  if (conflict) markConflict(marks, source.name, conflict);
  return { ...source, aliases: [...source.aliases, 'excluded'] };
}

/** ON CONFLICT: what is unique has to be there. */
function markConflict(
  marks: Marks,
  table: RelationName,
  { infer, targetList, action }: Fields<'OnConflictClause'>,
): void {
  const path = knownRelationPath(marks.before, table);
  for (const { name } of all('ResTarget', targetList)) if (name) markColumnRead(marks, table, name);
  // What rows are there already decides what happens.
  if (action === 'ONCONFLICT_UPDATE') marks.readsAll(groupPath(path, 'rows'), true);
  if (infer?.conname) marks.reads(memberPath(path, 'constraints', infer.conname));
  const elements = all('IndexElem', infer?.indexElems);
  if (elements.length === 0) return;
  const columns = elements.flatMap(({ name }) => name ?? []);
  for (const column of columns) markColumnRead(marks, table, column);
  const expressions = elements.flatMap(({ expr }) => expr ?? []);
  markKeyRead(marks, table, { columns, expressions, partial: infer?.whereClause !== undefined });
}

function markUpdate(marks: Marks, { relation, targetList }: Fields<'UpdateStmt'>): Source | undefined {
  const source = target(marks, relation);
  if (!source) return undefined;
  for (const { name } of all('ResTarget', targetList)) if (name) markColumnRead(marks, source.name, name);
  markSet(marks, source.name, targetList);
  updateRows(
    marks,
    source.name,
    all('ResTarget', targetList).flatMap(({ name }) => name ?? []),
  );
  return source;
}

function markDelete(marks: Marks, { relation }: Fields<'DeleteStmt'>): Source | undefined {
  const source = target(marks, relation);
  if (source) deleteRows(marks, source.name);
  return source;
}

function markMerge(marks: Marks, { relation, mergeWhenClauses }: Fields<'MergeStmt'>): Source | undefined {
  const source = target(marks, relation);
  if (!source) return undefined;
  for (const { targetList, values } of all('MergeWhenClause', mergeWhenClauses)) {
    for (const { name } of all('ResTarget', targetList)) if (name) markColumnRead(marks, source.name, name);
    markSet(marks, source.name, targetList);
    const names = all('ResTarget', targetList).flatMap(({ name }) => name ?? []);
    if (values) markInserted(marks, source.name, names, { SelectStmt: { valuesLists: [{ List: { items: values } }] } });
  }
  const clauses = all('MergeWhenClause', mergeWhenClauses);
  const does = (command: string) => clauses.some(({ commandType }) => commandType === command);
  if (does('CMD_INSERT')) addRows(marks, source.name);
  if (does('CMD_DELETE')) deleteRows(marks, source.name);
  updateRows(
    marks,
    source.name,
    clauses.flatMap(({ targetList }) => all('ResTarget', targetList)).flatMap(({ name }) => name ?? []),
  );
  return source;
}

/** A new column or constraint of the table may keep rows out, or be kept out by them. */
function target(marks: Marks, relation: Fields<'RangeVar'> | undefined): Source | undefined {
  const source = sourceOf(marks, relation);
  if (!source) return undefined;
  const path = knownRelationPath(marks.before, source.name);
  marks.reads(path);
  for (const group of ['columns', 'constraints', 'triggers'] as const) marks.readsAll(groupPath(path, group), true);
  return source;
}

/** COPY */
export function markCopy(
  marks: Marks,
  { relation, query, is_from: isFrom, attlist, whereClause }: Fields<'CopyStmt'>,
): void {
  const source = relation && (isFrom ? target(marks, relation) : sourceOf(marks, relation));
  if (source) {
    for (const { sval } of all('String', attlist)) if (sval) markColumnRead(marks, source.name, sval);
    if (isFrom) addRows(marks, source.name);
    else markRowsRead(marks, source.name);
  }
  markReads(marks, [query, whereClause], source ? [source] : [], true);
}

/** TRUNCATE */
export function markTruncate(marks: Marks, { relations, behavior }: Fields<'TruncateStmt'>): void {
  for (const one of all('RangeVar', relations)) {
    const written = relationName(one);
    if (!written) continue;
    const name = marks.before.resolve(written);
    marks.reads(knownRelationPath(marks.before, name));
    truncateRows(marks, name, behavior === 'DROP_CASCADE');
  }
}

/** REFRESH MATERIALIZED VIEW */
export function markRefresh(marks: Marks, { relation }: Fields<'RefreshMatViewStmt'>): void {
  const source = sourceOf(marks, relation);
  if (!source) return;
  marks.reads(knownRelationPath(marks.before, source.name));
  for (const name of marks.before.table(source.name)?.reads ?? []) markRowsRead(marks, name);
  marks.changes(groupPath(knownRelationPath(marks.before, source.name), 'rows'));
}
