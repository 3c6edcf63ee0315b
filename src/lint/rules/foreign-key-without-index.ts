import type { KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Fix } from '../finding.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { type WrittenForeignKey, writtenForeignKeys } from '../help/foreign-keys.ts';
import { nameFor } from '../help/names.ts';
import { columnList, listed, shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'foreign-key-without-index',
  topic: 'design',
  summary: 'A foreign key whose columns no index begins with makes each DELETE of the other table read all of this one',
  severity: 'warning',
  weighed: false,
  on: ['CreateStmt', 'AlterTableStmt'],
  *statement(subject) {
    for (const key of writtenForeignKeys(subject)) yield complaint(subject, key);
  },
};

function complaint(subject: Subject, key: WrittenForeignKey): Complaint {
  const { table, columns, referenced, location } = key;
  const name = subject.known.resolve(table);
  const names = listed(columns.map(displayIdentifier));
  return {
    offset: subject.tree?.offsetOf(location) ?? 0,
    message: `no index of ${shown(table)} begins with ${names}: each row that is deleted from ${shown(referenced)}, and each key that is changed there, reads all of ${shown(table)}`,
    why: 'PostgreSQL makes an index for the key that is referred to, not for the columns that refer to it. The rows stay locked while the other table is read.',
    table: name,
    unlessLater: (known) => isSettled(known.table(name), columns),
    ...fixOf(subject, indexed(subject, key)),
  };
}

/** In the end there is an index, or no such key any more. */
function isSettled(table: KnownTable | undefined, columns: readonly string[]): boolean {
  if (!table) return true;
  const isHeld = [...table.constraints.values()].some(
    (one) => one.type === 'foreign key' && one.columns.join() === columns.join(),
  );
  return !isHeld || [...table.indexes.values()].some((index) => serves(index, columns));
}

/** The first columns of the index are those of the key, in any order. A partial one is mostly about those that are not NULL. */
function serves({ columns: indexed, method, valid }: KnownIndex, columns: readonly string[]): boolean {
  if (!valid || !['btree', 'hash'].includes(method)) return false;
  const first = indexed.slice(0, columns.length);
  return columns.every((column) => first.includes(column));
}

function indexed(subject: Subject, { table, columns }: WrittenForeignKey): Fix {
  const { known } = subject;
  const index = displayIdentifier(nameFor(known, table, columns, 'idx'));
  const isNew = known.table(table) === undefined || subject.isNew(known.table(table));
  const create = isNew ? 'CREATE INDEX' : 'CREATE INDEX CONCURRENTLY';
  const sql = `${create} ${index} ON ${shown(table)} ${columnList(columns)}`;
  return fixBeside(subject, 'index the columns of the foreign key', isNew ? 'behind' : 'before', sql);
}
