import type { RenameStmt } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { complainOfAbsent, isAbsent } from '../help/absent-column.ts';
import { type Around, withAround } from '../help/around.ts';
import { columnTwins, type Renaming } from '../help/column-twins.ts';
import { fixOf } from '../help/fix.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

/** A name that goes while the running application still says it. */
export const rule: Rule = {
  id: 'renaming-column',
  topic: 'compatibility',
  summary: 'A column that the running application knows by its old name is renamed',
  severity: 'error',
  weighed: false,
  on: ['RenameStmt'],
  aliases: ['squawk:renaming-column', 'pgfence:rename-column'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { earlier, later }: Around): Generator<Complaint> {
  const renamed = renamedColumn(subject);
  if (!renamed || subject.isNew(subject.known.table(renamed.table))) return;
  const { table, from, to } = renamed;
  if (
    later(from).some((one) => givesColumn(one, table, from)) ||
    earlier(to).some((one) => freesColumn(one, table, to))
  )
    return;
  const place = partOf(subject, ['rename-column'], { target: table, part: from });
  if (isAbsent(subject, table, from)) {
    for (const complaint of complainOfAbsent(subject, table, from)) yield { ...complaint, ...place };
    return;
  }
  yield {
    message: `${shownColumn(table, from)} is called ${shownColumn(table, to)} from the commit on, and every query of the running application that says ${from} fails (42703)`,
    why: 'Old and new code run side by side while a release is rolled out, and prepared statements and ORMs keep the old name; no moment of the rename suits both.',
    ...place,
    ...fixOf(subject, columnTwins(subject.known, renamed)),
  };
}

function renamedColumn({ tree }: Subject): Renaming | undefined {
  const stmt: RenameStmt | undefined = as('RenameStmt', tree?.node);
  const table = relationName(stmt?.relation);
  if (stmt?.renameType !== 'OBJECT_COLUMN' || !table) return undefined;
  return { table, from: stmt.subname ?? '', to: stmt.newname ?? '' };
}

/** The other half of a swap: after it another column has the old name, with its values. */
function givesColumn(subject: Subject, table: QualifiedName, column: string): boolean {
  const renamed = renamedColumn(subject);
  return renamed?.to === column && isSame(subject.known, renamed.table, table);
}

/** The second half of a swap: nobody but the swap knows the name that goes. */
function freesColumn(subject: Subject, table: QualifiedName, column: string): boolean {
  const renamed = renamedColumn(subject);
  if (renamed) return isSame(subject.known, renamed.table, table) && renamed.from === column;
  const stmt = as('AlterTableStmt', subject.tree?.node);
  if (!stmt || !isSame(subject.known, relationName(stmt.relation), table)) return false;
  return all('AlterTableCmd', stmt.cmds).some((cmd) => cmd.subtype === 'AT_DropColumn' && cmd.name === column);
}
