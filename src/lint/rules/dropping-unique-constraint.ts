import type { KnownTable, RelationName } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { addedConstraints, droppedConstraints, keyColumns, sameColumns } from '../help/constraint-drops.ts';
import { dropped } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { names } from '../help/read-by.ts';
import { isSame } from '../help/same-name.ts';
import { columnList } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-unique-constraint',
  topic: 'compatibility',
  summary: 'A UNIQUE constraint or unique index is dropped, and nothing else keeps its columns unique',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt', 'AT_DropConstraint'],
  file: (file) => withAround(file, rule, judge),
};

type Columns = readonly (string | undefined)[];

interface Lost {
  readonly table: RelationName;
  readonly name: string;
  readonly columns: Columns;
}

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  for (const lost of [...lostConstraints(subject), ...lostIndexes(subject)]) {
    if (isKept(subject.known.table(lost.table), lost) || isRestored([subject, ...later(lost.table.name)], lost))
      continue;
    const columns = lost.columns.flatMap((column) => column ?? []);
    yield {
      message: `nothing keeps ${columnList(columns)} of ${names(subject.known, [lost.table])} unique from the commit on: ON CONFLICT ${columnList(columns)} of the running application fails (42P10), and duplicates come in that no later UNIQUE accepts`,
      why: 'Let the code stop relying on it first. To exchange it, build the new unique index concurrently before.',
      ...partOf(subject, ['drop-constraint', 'drop-index', 'drop-index-concurrently']),
    };
  }
}

function lostConstraints(subject: Subject): Lost[] {
  return droppedConstraints(subject).flatMap(({ table, name, known }) =>
    known?.type === 'unique' ? { table: subject.known.resolve(table), name, columns: known.columns } : [],
  );
}

function lostIndexes(subject: Subject): Lost[] {
  return dropped(subject, 'OBJECT_INDEX').flatMap((name) => {
    const { table, index } = subject.known.index(name) ?? {};
    if (!table || !index?.unique || index.partial || !index.valid || subject.isNew(index) || subject.isNew(table))
      return [];
    return index.columns.includes(undefined) ? [] : { table: table.name, name: index.name, columns: index.columns };
  });
}

/** Another unique index has the same columns. */
function isKept(table: KnownTable | undefined, { name, columns }: Lost): boolean {
  const others = [...(table?.indexes.values() ?? [])].filter((one) => one.name !== name && one.unique && !one.partial);
  const refusesNulls = table?.indexes.get(name)?.nullsNotDistinct === true;
  return others.some(
    (one) => one.valid && (one.nullsNotDistinct || !refusesNulls) && sameColumns(one.columns, columns),
  );
}

/** The same transaction adds a constraint or an index with the same columns. */
function isRestored(subjects: readonly Subject[], { table, columns }: Lost): boolean {
  return subjects.some((subject) => {
    const added = addedConstraints([subject], table).filter(
      ({ contype }) => contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY',
    );
    return (
      added.some((one) => sameColumns(keyColumns(subject, table, one), columns)) ||
      createsIndex(subject, table, columns)
    );
  });
}

function createsIndex({ tree, known }: Subject, table: QualifiedName, columns: Columns): boolean {
  const stmt = as('IndexStmt', tree?.node);
  if (!stmt?.unique || stmt.whereClause || !isSame(known, relationName(stmt.relation), table)) return false;
  return sameColumns(
    all('IndexElem', stmt.indexParams).map(({ name }) => name),
    columns,
  );
}
