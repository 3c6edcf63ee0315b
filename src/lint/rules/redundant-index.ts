import type { KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { columnList, shown } from '../help/shown.ts';
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
    if (other.name === own.name || !isComparable(own, other)) continue;
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

/** Both are plain, whole and alike in kind, so that their columns alone tell what each can do. */
function isComparable(own: KnownIndex, other: KnownIndex): boolean {
  return [own, other].every(
    ({ plain, partial, valid, method, columns }) =>
      plain && !partial && valid && method === 'btree' && columns.every((column) => column !== undefined),
  );
}

function judged(own: KnownIndex, other: KnownIndex, { name }: KnownTable): Complaint | undefined {
  const [mine, theirs] = [columnsOf(own), columnsOf(other)];
  if (covers(other, own)) {
    return {
      message: `${displayIdentifier(own.name)} on ${mine} finds nothing that ${displayIdentifier(other.name)} on ${theirs} does not find, and every write to ${shown(name)} keeps both`,
      why: 'An index on (a, b) serves queries that ask for a alone. Leave the shorter one out, unless measurements say that its size is what matters.',
    };
  }
  if (other.constraint !== undefined || other.unique || !covers(own, other) || isYounger(other, own)) return undefined;
  return {
    severity: 'note',
    message: `with ${displayIdentifier(own.name)} on ${mine}, ${displayIdentifier(other.name)} on ${theirs} is no longer needed`,
    why: `Every write to ${shown(name)} keeps both. Once the new one is there: DROP INDEX CONCURRENTLY ${shown({ schema: name.schema, name: other.name })}`,
  };
}

/** Of two that are equal, the one that was there first stays. */
function isYounger(a: KnownIndex, b: KnownIndex): boolean {
  if (!a.made || !b.made || a.made.version !== b.made.version) return false;
  return a.made.statement > b.made.statement;
}

/** `wide` finds all that `narrow` finds: it begins with its columns, and holds those that it includes. A unique one has another task. */
function covers(wide: KnownIndex, narrow: KnownIndex): boolean {
  const isSame = wide.columns.length === narrow.columns.length;
  if (narrow.unique && !(wide.unique && isSame)) return false;
  if (isSame && isYounger(wide, narrow)) return false;
  return (
    narrow.columns.every((column, i) => wide.columns[i] === column) &&
    narrow.included.every((column) => [...wide.columns, ...wide.included].includes(column))
  );
}

function columnsOf({ columns }: KnownIndex): string {
  return columnList(columns.flatMap((column) => column ?? []));
}
