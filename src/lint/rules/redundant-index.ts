import type { KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { covers } from '../help/index-cover.ts';
import { shown } from '../help/shown.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'redundant-index',
  topic: 'design',
  summary: 'An index does no more than another one, or makes another one unnecessary',
  severity: 'warning',
  weighed: false,
  on: ['IndexStmt'],
  *file(file) {
    for (const subject of file.body) yield* complaints(subject, file);
  },
};

/** A unique index that is not the first one may be on its way to become the primary key. */
function isForPrimaryKey({ unique }: KnownIndex, { constraints }: KnownTable): boolean {
  return unique && ![...constraints.values()].some(({ type }) => type === 'primary key');
}

function* complaints(subject: Subject, { after, migration }: FileSubject): Generator<FileComplaint> {
  const create = as('IndexStmt', subject.tree?.node);
  const table = after.table(relationName(create?.relation));
  const own = table && create && ownIndex(table, create, migration.version, subject.index);
  if (!table || !own || isForPrimaryKey(own, table)) return;
  for (const other of table.indexes.values()) {
    if (other.name === own.name || !own.valid) continue;
    const found = judged(own, other, table);
    if (found) yield { subject, table: table.name, ...found };
  }
}

/** The index as it is known behind the file. */
function ownIndex(
  table: KnownTable,
  { idxname, indexParams }: Fields<'IndexStmt'>,
  version: string,
  statement: number,
): KnownIndex | undefined {
  const keys = all('IndexElem', indexParams).length;
  return [...table.indexes.values()].find(
    ({ name, made, columns }) =>
      made?.version === version &&
      made.statement === statement &&
      columns.length === keys &&
      (!idxname || idxname === name),
  );
}

function judged(own: KnownIndex, other: KnownIndex, { name }: KnownTable): Complaint | undefined {
  const [mine, theirs] = [columnsOf(own), columnsOf(other)];
  if (replaces(other, own)) {
    return {
      message: `${displayIdentifier(own.name)} on ${mine} finds nothing that ${displayIdentifier(other.name)} on ${theirs} does not find, and every write to ${shown(name)} keeps both`,
      why: 'An index on (a, b) serves queries that ask for a alone. Leave the shorter one out, unless measurements say that its size is what matters.',
    };
  }
  if (other.constraint !== undefined || other.unique || !replaces(own, other) || isYounger(other, own))
    return undefined;
  return {
    severity: 'note',
    message: `with ${displayIdentifier(own.name)} on ${mine}, ${displayIdentifier(other.name)} on ${theirs} is no longer needed`,
    why: `Every write to ${shown(name)} keeps both. Once the new one is there, DROP INDEX CONCURRENTLY ${shown({ schema: name.schema, name: other.name })} takes the other away.`,
  };
}

function isYounger(a: KnownIndex, b: KnownIndex): boolean {
  if (!a.made || !b.made || a.made.version !== b.made.version) return false;
  return a.made.statement > b.made.statement;
}

/** Of two that do the same, the one that was there first stays. */
function replaces(wide: KnownIndex, narrow: KnownIndex): boolean {
  return covers(wide, narrow) && !(covers(narrow, wide) && isYounger(wide, narrow));
}

function columnsOf({ columns }: KnownIndex): string {
  return `(${columns.map((column) => (column === undefined ? 'an expression' : displayIdentifier(column))).join(', ')})`;
}
