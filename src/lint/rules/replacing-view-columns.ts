import type { KnownColumn, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import { listedFew } from '../help/shown-column.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'replacing-view-columns',
  topic: 'compatibility',
  summary: 'A view is replaced by one without columns that it had, or with others in their place',
  severity: 'error',
  weighed: false,
  on: ['ViewStmt'],
  *file(file) {
    for (const [i, subject] of file.body.entries()) {
      const stmt = as('ViewStmt', subject.tree?.node);
      const name = relationName(stmt?.view);
      if (!stmt || !name) continue;
      const behind = (file.body[i + 1]?.known ?? file.after).table(name);
      const complaint =
        stmt.replace && subject.known.table(name)
          ? inPlace(subject, name, behind)
          : madeAgain(file, subject, name, behind);
      if (complaint) yield { ...complaint, subject };
    }
  },
};

/** Each column must stay where it is, with its name and type. */
function inPlace(subject: Subject, name: QualifiedName, behind: KnownTable | undefined): Complaint | undefined {
  const [before, after] = [columnsOf(subject.known.table(name)), columnsOf(behind)];
  const at = before && after ? before.findIndex((column, i) => !isSameColumn(column, after[i])) : -1;
  const odd = before?.[at];
  if (!odd) return undefined;
  return {
    message: `PostgreSQL refuses this (42P16): column ${at + 1} of ${shown(name)} is ${displayIdentifier(odd.name)}, and ${instead(odd, after?.[at])}`,
    why: 'CREATE OR REPLACE VIEW can only add columns behind those that are there. Keep the columns in their order, with their names and types, and put new ones at the end. To take one away, drop the view and make it again, when no query names the column any more.',
    ...partOf(subject, ['replace-view', 'create-view']),
  };
}

function instead({ name }: KnownColumn, other: KnownColumn | undefined): string {
  if (!other) return 'is missing here';
  return other.name === name ? 'has another type here' : `here ${displayIdentifier(other.name)} stands in its place`;
}

function isSameColumn(a: KnownColumn, b: KnownColumn | undefined): boolean {
  if (a.name !== b?.name) return false;
  return !a.type || !b.type || (a.type.name === b.type.name && a.type.array === b.type.array);
}

/** Dropped before in the same file, and made again with less. */
function madeAgain(
  file: FileSubject,
  subject: Subject,
  name: QualifiedName,
  behind: KnownTable | undefined,
): Complaint | undefined {
  const old = file.before.table(name);
  const [before, after] = [columnsOf(old), columnsOf(behind)];
  if (!before || !after || subject.isNew(old) || old?.kind !== 'view') return undefined;
  const gone = before.filter((column) => after.every((one) => one.name !== column.name));
  if (gone.length === 0) return undefined;
  return {
    severity: 'warning',
    message: `${shown(name)} has no ${listedFew(gone.map((one) => displayIdentifier(one.name)))} any more from the commit on, and queries that name ${gone.length === 1 ? 'it' : 'them'} fail (42703)`,
    why: 'Let the code stop reading a column before it goes.',
    ...partOf(subject, ['create-view', 'replace-view']),
  };
}

function columnsOf(table: KnownTable | undefined): KnownColumn[] | undefined {
  return table?.complete ? [...table.columns.values()] : undefined;
}
