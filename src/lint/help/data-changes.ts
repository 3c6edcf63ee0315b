import type { RangeVar } from '@pgsql/types';
import { type QualifiedName, TokenReader } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type SyntaxTree } from '../../syntax/tree.ts';
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
export function droppedData(subject: Subject): readonly DataChange[] {
  const node = subject.tree?.node;
  if (as('DropStmt', node)) return dropped(subject, 'OBJECT_TABLE').map((table) => ({ subject, table }));
  if (!as('AlterTableStmt', node)) return NONE;
  return tableCommands(subject, 'AT_DropColumn').map(({ table, cmd }) => ({ subject, table, column: cmd.name ?? '' }));
}

const NONE: readonly never[] = [];

/** Tables whose rows go, all or some, while they stay themselves. */
export function removedRows(subject: Subject): readonly DataChange[] {
  const node = subject.tree?.node;
  const truncated = as('TruncateStmt', node);
  if (truncated) return changesOf(subject, all('RangeVar', truncated.relations));
  if (!canChangeRows(subject)) return NONE;
  const deleted = nodesOf('DeleteStmt', node);
  return deleted.length === 0
    ? NONE
    : changesOf(
        subject,
        deleted.map(({ relation }) => relation),
      );
}

function changesOf(subject: Subject, relations: readonly (RangeVar | undefined)[]): DataChange[] {
  return relations.flatMap((relation) => relationName(relation) ?? []).map((table) => ({ subject, table }));
}

/** Tables that get rows, and columns that get values. */
export function filled(subject: Subject): readonly DataChange[] {
  // INSERT ... VALUES and COPY with its rows are not read into a tree.
  if (!subject.tree) return insertedByWords(subject);
  return canChangeRows(subject) ? [...insertedRows(subject, subject.tree), ...updatedColumns(subject)] : NONE;
}

function insertedRows(subject: Subject, tree: SyntaxTree): DataChange[] {
  const copied = as('CopyStmt', tree.node);
  const made = as('CreateTableAsStmt', tree.node)?.into?.rel;
  const inserted = nodesOf('InsertStmt', tree.node).map(({ relation }) => relation);
  const merged = nodesOf('MergeStmt', tree.node).map(({ relation }) => relation);
  const relations = [...inserted, ...merged, ...(copied?.is_from ? [copied.relation] : []), made];
  return changesOf(subject, relations);
}

function insertedByWords(subject: Subject): DataChange[] {
  const reader = new TokenReader(subject.statement.sql);
  if (!reader.accept('INSERT', 'INTO') && !reader.accept('COPY')) return [];
  const table = reader.qualifiedName();
  return table ? [{ subject, table }] : [];
}

/** Columns that get other values. */
export function updatedColumns(subject: Subject): readonly DataChange[] {
  const updates = updatesIn(subject);
  if (updates.length === 0) return NONE;
  return updates.flatMap(({ relation, targetList }) => {
    const table = relationName(relation);
    if (!table) return [];
    return all('ResTarget', targetList).map(({ name = '' }) => ({ subject, table, column: name }));
  });
}

function updatesIn(subject: Subject): readonly Fields<'UpdateStmt'>[] {
  return canChangeRows(subject) ? nodesOf('UpdateStmt', subject.tree?.node) : [];
}
