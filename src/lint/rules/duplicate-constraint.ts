import type { KnownConstraint, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { covers } from '../help/index-cover.ts';
import { columnList, shown } from '../help/shown.ts';
import { isSameTable } from '../help/tables.ts';
import type { FileComplaint, FileSubject, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'duplicate-constraint',
  topic: 'design',
  summary: 'A constraint asks for what another one of the table asks for already',
  severity: 'warning',
  weighed: false,
  on: ['CreateStmt', 'AlterTableStmt'],
  *file(file) {
    for (const table of tablesWritten(file)) {
      if (table.constraints.size < 2) continue;
      for (const constraint of table.constraints.values()) yield* complaints(file, table, constraint);
    }
  },
};

function tablesWritten({ body, after }: FileSubject): Set<KnownTable> {
  const names = body.map(({ tree }) =>
    relationName(as('CreateStmt', tree?.node)?.relation ?? as('AlterTableStmt', tree?.node)?.relation),
  );
  return new Set(names.flatMap((name) => after.table(name) ?? []));
}

function* complaints(
  { body, migration }: FileSubject,
  table: KnownTable,
  own: KnownConstraint,
): Generator<FileComplaint> {
  const { name, constraints } = table;
  const { made } = own;
  const subject = made && body.find(({ index }) => index === made.statement);
  // What a DO block makes, it makes where a condition holds that is not looked at here.
  if (!subject || made.version !== migration.version || subject.statement.words[0] === 'DO') return;
  const first = [...constraints.values()].find(
    (other) => other !== own && other.validated && isFirst(other, own) && asksAsMuch(table, other, own),
  );
  if (!first) return;
  const what = own.columns.length > 0 ? ` of ${columnList(own.columns)}` : '';
  yield {
    subject,
    table: name,
    message: `${displayIdentifier(own.name)} asks for what ${displayIdentifier(first.name)}${what} asks for already`,
    why: `Each write to ${shown(name)} checks both${own.type === 'unique' ? ', and keeps two indexes' : ''}. Leave the second one out.`,
  };
}

/** The one that was there before, or stands before it in one statement; of a primary key and UNIQUE, the key. */
function isFirst(other: KnownConstraint, { made, type }: KnownConstraint): boolean {
  if (other.type === 'primary key' && type === 'unique') return true;
  if (type === 'primary key' || !made) return false;
  if (other.made?.version !== made.version) return true;
  return other.made.statement < made.statement;
}

/** What is checked at the end of the transaction only does less than what is checked at once. */
function asksAsMuch(table: KnownTable, first: KnownConstraint, second: KnownConstraint): boolean {
  if (first.deferrable !== undefined && first.deferrable !== second.deferrable) return false;
  if (second.type === 'unique') return isUniqueToo(table, first, second);
  return second.type === 'foreign key' && first.type === second.type && pointsTheSame(first, second);
}

/** The index of the first does what that of the second does: in another order of its columns it would find other rows. */
function isUniqueToo(table: KnownTable, first: KnownConstraint, second: KnownConstraint): boolean {
  if (first.type !== 'unique' && first.type !== 'primary key') return false;
  const [wide, narrow] = [first, second].map(({ name }) =>
    [...table.indexes.values()].find(({ constraint }) => constraint === name),
  );
  return wide && narrow ? covers(wide, narrow) : sameList(first.columns, second.columns);
}

function pointsTheSame(a: KnownConstraint, b: KnownConstraint): boolean {
  if (!a.references || !b.references || !isSameTable(a.references.table, b.references.table)) return false;
  return (
    sameList(a.columns, b.columns) &&
    sameList(a.references.columns, b.references.columns) &&
    a.onDelete === b.onDelete &&
    a.onUpdate === b.onUpdate &&
    a.matchFull === b.matchFull
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => b[i] === one);
}
