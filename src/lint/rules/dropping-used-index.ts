import type { KnownIndex, KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { dropped } from '../help/drops.ts';
import { covers } from '../help/index-cover.ts';
import { partOf } from '../help/part-of.ts';
import { names } from '../help/read-by.ts';
import { shown } from '../help/shown.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

/** Only with evidence: without a server nobody can tell whether an index is used. */
export const rule: Rule = {
  id: 'dropping-used-index',
  topic: 'compatibility',
  summary: 'An index is dropped that queries use, as the statistics of the server say',
  severity: 'warning',
  weighed: true,
  on: ['DropStmt'],
  *file(file) {
    for (const subject of file.body) {
      for (const name of dropped(subject, 'OBJECT_INDEX')) yield* ofIndex(file, subject, name);
    }
  },
};

function* ofIndex(file: FileSubject, subject: Subject, name: QualifiedName): Generator<FileComplaint> {
  const { table, index } = subject.known.index(name) ?? {};
  if (!table || !index?.scans || subject.isNew(index) || hasTwin(table, index) || isMadeAgain(file, index)) return;
  const complaint: Complaint = {
    message: `${shown(name)} was used by ${index.scans.toLocaleString('en-US')} scans since the statistics were reset; without it they read all of ${names(subject.known, [table.name])}`,
    why: 'Which queries they are, pg_stat_statements and EXPLAIN tell. On a server with standbys, scans there are counted there.',
    table: table.name,
    ...partOf(subject, ['drop-index', 'drop-index-concurrently']),
  };
  yield { ...complaint, subject };
}

/**
 * Another index finds what this one found, so that the planner has one to take, also one of all rows for some of them. What only
 * a unique index does is the question of dropping-unique-constraint.
 */
function hasTwin(table: KnownTable, dropped: KnownIndex): boolean {
  const [same, whole] = [false, true].map((ofAll) => ({
    ...dropped,
    unique: false,
    ...(ofAll ? { partial: false, predicate: undefined } : {}),
  }));
  return [...table.indexes.values()].some(
    (one) => one.name !== dropped.name && (covers(one, same!) || covers(one, whole!)),
  );
}

/** The file builds an index of that name anew. */
function isMadeAgain({ body }: FileSubject, { name }: KnownIndex): boolean {
  return body.some(({ tree }) => as('IndexStmt', tree?.node)?.idxname === name);
}
