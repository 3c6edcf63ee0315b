import { outermost, type Part } from '../sql/outermost.ts';
import { relationName } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { Destruction, Upsert } from './destruction.ts';
import { type TouchedRows, touchedRows } from './touched-rows.ts';
import { type Changing, parted } from './with-clause.ts';

/** What INSERT, UPDATE, DELETE and MERGE take, their own and those inside WITH. */
export function rowsChanged(node: Node, sql: string): Destruction[] {
  const found = parted(node, sql);
  if (!found) {
    const inner = ['DeleteStmt', 'UpdateStmt', 'MergeStmt'] as const;
    return inner.some((type) => nodesOf(type, node).length > 0) ? [unforeseen(INSIDE)] : [];
  }
  const { changing } = found;
  const destructions = changing.flatMap((one) => changed(one, changing.length > 1));
  const tables = destructions.flatMap((one) => ('table' in one ? `${one.table.schema ?? ''}.${one.table.name}` : []));
  // Which of them a row of one table belongs to cannot be told.
  const isTwice =
    changing.length > 1 && new Set(tables).size < tables.length && !as('MergeStmt', changing.at(-1)?.node);
  return isTwice ? [unforeseen('two of its parts change the same table')] : destructions;
}

const INSIDE = 'it changes rows inside WITH in a way that cannot be asked for beforehand';
const BEFOREHAND = 'its rows cannot be asked for beforehand';

function unforeseen(why: string): Destruction {
  return { kind: 'unforeseen', why };
}

function changed({ node, sql, withClause }: Changing, superset: boolean): Destruction[] {
  const insert = as('InsertStmt', node);
  if (insert) return overwritten(insert, sql, withClause);
  if (withClause === undefined) return [unforeseen(INSIDE)];
  const merge = as('MergeStmt', node);
  if (merge) return merged(merge, sql, withClause);
  const remove = as('DeleteStmt', node);
  const change = as('UpdateStmt', node);
  const relation = remove?.relation ?? change?.relation;
  const table = relationName(relation);
  const read = touchedRows(sql, relation?.alias?.aliasname);
  if (!table || !read) return [unforeseen(BEFOREHAND)];
  const rows = { ...read, withClause, ...(superset ? { superset } : {}) };
  return [
    remove
      ? { kind: 'delete', table, ...rows }
      : { kind: 'update', table, columns: setColumns(change?.targetList), ...rows },
  ];
}

/** `SET a = 1, (b, c) = (2, 3)`: a, b, c. */
function setColumns(targets: readonly Node[] | undefined): string[] {
  return [...new Set(all('ResTarget', targets).flatMap(({ name }) => name ?? []))];
}

/** All rows that a MERGE may touch: which of them it does its conditions tell when it runs. */
function merged(merge: Fields<'MergeStmt'>, sql: string, withClause: string): Destruction[] {
  const table = relationName(merge.relation);
  const rows = table && mergeRows(merge, sql, withClause);
  if (!rows) return [unforeseen(BEFOREHAND)];
  const clauses = all('MergeWhenClause', merge.mergeWhenClauses);
  const deletes = clauses.some(({ commandType }) => commandType === 'CMD_DELETE');
  const columns = [
    ...new Set(clauses.flatMap((one) => (one.commandType === 'CMD_UPDATE' ? setColumns(one.targetList) : []))),
  ];
  return [
    ...(deletes ? [{ kind: 'delete' as const, table, superset: true, ...rows }] : []),
    ...(columns.length > 0 ? [{ kind: 'update' as const, table, columns, superset: true, ...rows }] : []),
  ];
}

function mergeRows(merge: Fields<'MergeStmt'>, sql: string, withClause: string): TouchedRows | undefined {
  const parts = outsideCase(outermost(sql));
  const at = (word: string) => parts.findIndex((one) => one.word === word);
  const using = at('USING');
  const when = at('WHEN');
  const on = parts.findLastIndex((one, i) => one.word === 'ON' && i > using && i < when);
  const into = parts[1]?.word === 'INTO' ? 1 : 0;
  if (using < 0 || on < 0) return undefined;
  const text = (from: number, to: number) => sql.slice(parts[from]!.token.end, parts[to]!.token.start).trim();
  const exists = `EXISTS (SELECT FROM ${text(using, on)} WHERE ${text(on, when)})`;
  const kinds = new Set(
    all('MergeWhenClause', merge.mergeWhenClauses).flatMap(({ matchKind, commandType }) =>
      commandType === 'CMD_UPDATE' || commandType === 'CMD_DELETE' ? (matchKind ?? []) : [],
    ),
  );
  const bySource = kinds.has('MERGE_WHEN_NOT_MATCHED_BY_SOURCE');
  const condition = !bySource ? exists : kinds.size > 1 ? 'true' : `NOT ${exists}`;
  return {
    withClause,
    target: text(into, using),
    alias: merge.relation?.alias?.aliasname ?? null,
    others: '',
    condition,
  };
}

function outsideCase(parts: readonly Part[]): Part[] {
  let depth = 0;
  return parts.filter(({ word }) => {
    if (word === 'CASE') depth++;
    const inside = depth > 0;
    if (word === 'END' && depth > 0) depth--;
    return !inside;
  });
}

function overwritten(insert: Fields<'InsertStmt'>, sql: string, withClause: string | undefined): Destruction[] {
  const { onConflictClause: clause, cols, selectStmt, relation } = insert;
  if (clause?.action !== 'ONCONFLICT_UPDATE') return [];
  const table = relationName(relation);
  const conflict = conflictOf(clause.infer);
  const source = selectStmt && sourceOf(sql, selectStmt);
  if (!table || withClause === undefined || !conflict || source === undefined)
    return [unforeseen('the rows that it overwrites cannot be asked for beforehand')];
  const into = all('ResTarget', cols).flatMap(({ name }) => name ?? []);
  return [{ kind: 'upsert', table, columns: setColumns(clause.targetList), withClause, source, into, conflict }];
}

/** Undefined for expressions, and parts of a table. */
function conflictOf(infer: Fields<'InferClause'> | undefined): Upsert['conflict'] | undefined {
  if (!infer) return undefined;
  if (infer.conname !== undefined) return infer.conname;
  const columns = all('IndexElem', infer.indexElems);
  return columns.every(({ name }) => name) && columns.length > 0
    ? columns.flatMap(({ name }) => name ?? [])
    : undefined;
}

/** Between the names of the columns and ON CONFLICT; DEFAULT among VALUES is no key, and asked for as NULL. */
function sourceOf(sql: string, query: Node): string | undefined {
  const parts = outermost(sql);
  const conflict = parts.findLastIndex(({ word }, i) => word === 'ON' && parts[i + 1]?.word === 'CONFLICT');
  const begin = parts.find(({ word }, i) => i > 2 && BEGINS.has(word));
  const end = parts[conflict]?.token.start;
  if (!begin || end === undefined) return undefined;
  const text = sql.slice(begin.token.start, end);
  const hasDefault = nodesOf('SetToDefault', query).length > 0;
  return hasDefault ? text.replaceAll(/\bDEFAULT\b(?=\s*[,)])/gi, 'NULL') : text;
}

const BEGINS: ReadonlySet<string> = new Set(['VALUES', 'SELECT', 'TABLE', 'WITH']);
