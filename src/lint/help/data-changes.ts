import { type QualifiedName, TokenReader } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import { all, as } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Subject } from '../rule.ts';
import { canChangeRows } from './changed-rows.ts';
import { dropped, tableCommands } from './drops.ts';

/** Rows or values that a statement takes away or puts in. */
export interface DataChange {
  readonly subject: Subject;
  readonly table: QualifiedName;
  /** Of one column alone. */
  readonly column?: string;
}

/** Tables and columns that go with what is in them. */
export function droppedData(subject: Subject): DataChange[] {
  const tables = dropped(subject, 'OBJECT_TABLE').map((table) => ({ subject, table }));
  const columns = tableCommands(subject, 'AT_DropColumn').map(({ table, cmd }) => ({
    subject,
    table,
    column: cmd.name ?? '',
  }));
  return [...tables, ...columns];
}

/** Tables whose rows go, all or some, while they stay themselves. */
export function removedRows(subject: Subject): DataChange[] {
  const { tree } = subject;
  const truncated = all('RangeVar', as('TruncateStmt', tree?.node)?.relations).map((one) => relationName(one));
  const deleted = !canChangeRows(subject)
    ? []
    : nodesOf('DeleteStmt', tree?.node).map(({ relation }) => relationName(relation));
  return [...truncated, ...deleted].flatMap((table) => (table ? { subject, table } : []));
}

/** Tables that get rows, and columns that get values. */
export function filled(subject: Subject): DataChange[] {
  return [...insertedRows(subject), ...updatedColumns(subject)];
}

function insertedRows(subject: Subject): DataChange[] {
  const { tree } = subject;
  // INSERT ... VALUES and COPY with its rows are not read into a tree.
  if (!tree) return insertedByWords(subject);
  if (!canChangeRows(subject)) return [];
  const copied = as('CopyStmt', tree.node);
  const made = as('CreateTableAsStmt', tree.node)?.into?.rel;
  const inserted = nodesOf('InsertStmt', tree.node).map(({ relation }) => relation);
  const merged = nodesOf('MergeStmt', tree.node).map(({ relation }) => relation);
  const relations = [...inserted, ...merged, ...(copied?.is_from ? [copied.relation] : []), made];
  return relations.flatMap((relation) => relationName(relation) ?? []).map((table) => ({ subject, table }));
}

function insertedByWords(subject: Subject): DataChange[] {
  const reader = new TokenReader(subject.statement.sql);
  if (!reader.accept('INSERT', 'INTO') && !reader.accept('COPY')) return [];
  const table = reader.qualifiedName();
  return table ? [{ subject, table }] : [];
}

/** Columns that get other values. */
export function updatedColumns(subject: Subject): DataChange[] {
  return updatesIn(subject).flatMap(({ relation, targetList }) => {
    const table = relationName(relation);
    if (!table) return [];
    return all('ResTarget', targetList).map(({ name = '' }) => ({ subject, table, column: name }));
  });
}

function updatesIn(subject: Subject): readonly Fields<'UpdateStmt'>[] {
  return canChangeRows(subject) ? nodesOf('UpdateStmt', subject.tree?.node) : [];
}
