import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { fixOf } from '../help/fix.ts';
import { namesFreed } from '../help/names-freed.ts';
import { isMadeIn } from '../help/new-names.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

/** The same for a whole table; a view of the old name in the same transaction keeps the application going. */
export const rule: Rule = {
  id: 'renaming-table',
  topic: 'compatibility',
  summary: 'A table is renamed, and nothing of the old name is left for the running application',
  severity: 'error',
  weighed: false,
  on: ['RenameStmt'],
  aliases: ['squawk:renaming-table', 'pgfence:rename-table'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { earlier, later }: Around): Generator<Complaint> {
  const stmt = as('RenameStmt', subject.tree?.node);
  const from = relationName(stmt?.relation);
  if (!from || !stmt?.newname || !isTable(subject, stmt.renameType, from)) return;
  const to = { ...from, name: stmt.newname };
  if (subject.isNew(subject.known.table(from)) || later(from.name).some((one) => takesPlace(subject, one, from)))
    return;
  if (earlier(to.name).some((one) => namesFreed(one, to))) return;
  yield {
    message: `${shown(from)} is gone under that name from the commit on, and every query of the running application that says it fails (42P01)`,
    why: 'Old and new code run side by side while a release is rolled out. A view of the old name in the same transaction takes reads and writes as long as it is one simple SELECT of one table.',
    ...partOf(subject, ['rename-table'], { target: from }),
    ...fixOf(subject, viewOfOldName(from, to)),
  };
}

/** A view of the name does for its queries, and another table that has all of its columns; one that begins empty does not. */
function takesPlace({ known }: Subject, other: Subject, from: QualifiedName): boolean {
  if (!isMadeIn([other], from) || as('CreateStmt', other.tree?.node)) return false;
  const [old, next] = [
    known.table(from),
    other.known.table(relationName(as('RenameStmt', other.tree?.node)?.relation)),
  ];
  if (!old || !next?.complete) return true;
  return [...old.columns.keys()].every((column) => next.columns.has(column));
}

/** ALTER TABLE renames views and sequences too, if they are given. */
function isTable({ known }: Subject, renameType: string | undefined, name: QualifiedName): boolean {
  if (renameType !== 'OBJECT_TABLE' && renameType !== 'OBJECT_FOREIGN_TABLE') return false;
  const kind = known.table(name)?.kind;
  return kind === undefined || kind === 'table' || kind === 'partitioned table' || kind === 'foreign table';
}

const GRANTS = 'Roles that do not own it need on the view what they have on the table: GRANT it here, too';

function viewOfOldName(from: QualifiedName, to: QualifiedName): Fix {
  const [old, renamed] = [shown(from), shown(to)];
  return {
    title: 'leave an updatable view of the old name, until nobody reads it any more',
    automatic: false,
    steps: [
      {
        name: `rename_${from.name}_to_${to.name}`,
        comment: [GRANTS],
        sql: [
          `ALTER TABLE ${old} RENAME TO ${shown({ name: to.name })}`,
          `CREATE VIEW ${old} AS SELECT * FROM ${renamed}`,
        ],
        rollback: [`DROP VIEW ${old}`, `ALTER TABLE ${renamed} RENAME TO ${shown({ name: from.name })}`],
      },
    ],
  };
}
