import type { AlterEnumStmt, RenameStmt } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { isNewHere } from '../help/made-here.ts';
import { isMadeIn } from '../help/new-names.ts';
import { isRoutine, kindWords } from '../help/object-kinds.ts';
import { objectName } from '../help/object-names.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { typeMade } from '../help/types.ts';
import type { Rule, Subject } from '../rule.ts';

/** Indexes, constraints, triggers and policies are left out: queries do not say their names. */
export const rule: Rule = {
  id: 'renaming-object',
  topic: 'compatibility',
  summary: 'A schema, view, sequence, type, enum label, function, role or database is renamed while it is in use',
  severity: 'error',
  weighed: false,
  on: ['RenameStmt', 'AlterEnumStmt'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  const label = as('AlterEnumStmt', subject.tree?.node);
  if (label?.oldVal) yield* ofLabel(subject, label);
  const stmt = as('RenameStmt', subject.tree?.node);
  if (stmt?.renameType === 'OBJECT_ATTRIBUTE') yield* ofAttribute(subject, stmt);
  else if (stmt) yield* ofObject(subject, later, stmt);
}

function* ofObject(subject: Subject, later: Around['later'], stmt: RenameStmt): Generator<Complaint> {
  const words = kindOf(subject, stmt)?.toLowerCase();
  const name = relationName(stmt.relation) ?? objectName(stmt.object) ?? nameOfPlain(stmt);
  if (!words || !name || isNewHere(subject, name) || isStillThere(later(name.name), stmt, name)) return;
  yield {
    message: `the ${words} ${shown(name)} is gone under that name from the commit on, and what the running application does with it fails`,
    why: 'Old and new code run side by side while a release is rolled out. Bodies of functions keep names as text, and they fail when they next run.',
    ...partOf(subject, ['rename-table', 'rename-index']),
  };
}

function nameOfPlain({ subname }: RenameStmt): QualifiedName | undefined {
  return subname ? { name: subname } : undefined;
}

/** Tables have a rule of their own; ALTER TABLE renames a view too. */
function kindOf({ known }: Subject, { renameType, relation }: RenameStmt): string | undefined {
  if (renameType === 'OBJECT_INDEX' || renameType === 'OBJECT_FOREIGN_TABLE') return undefined;
  if (renameType !== 'OBJECT_TABLE') return kindWords(renameType);
  const kind = known.table(relationName(relation))?.kind;
  return kind === 'view' || kind === 'materialized view' || kind === 'sequence' ? kind : undefined;
}

/** The name is given to something else behind it: a view of the old name, a function that calls the new one. */
function isStillThere(later: readonly Subject[], { renameType }: RenameStmt, name: QualifiedName): boolean {
  if (isMadeIn(later, name) || later.some((one) => one.tree && isSame(one.known, typeMade(one.tree.node), name)))
    return true;
  return isRoutine(renameType) && later.some((one) => isSame(one.known, routineMade(one), name));
}

function routineMade({ tree }: Subject): QualifiedName | undefined {
  const renamed = as('RenameStmt', tree?.node);
  if (renamed && isRoutine(renamed.renameType)) return { ...objectName(renamed.object), name: renamed.newname ?? '' };
  return nameOf(as('CreateFunctionStmt', tree?.node)?.funcname);
}

function* ofLabel(subject: Subject, { typeName, oldVal = '', newVal = '' }: AlterEnumStmt): Generator<Complaint> {
  const type = nameOf(typeName);
  if (!type || isNewHere(subject, type)) return;
  yield {
    message: `the label '${oldVal}' of ${shown(type)} becomes '${newVal}': from the commit on the running application reads a label that it does not know, and fails where it writes the old one (22P02)`,
    why: 'Rows keep the label by its number, so all of them change at once. Add the new label, let the code know both, move the rows, and leave the old label unused.',
  };
}

function* ofAttribute(subject: Subject, stmt: RenameStmt): Generator<Complaint> {
  const type = relationName(stmt.relation);
  if (!type || isNewHere(subject, type)) return;
  yield {
    message: `the attribute ${stmt.subname} of the type ${shown(type)} is called ${stmt.newname} from the commit on, and every query that says the old name fails (42703)`,
  };
}
