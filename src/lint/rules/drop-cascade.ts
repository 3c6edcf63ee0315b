import type { DropStmt } from '@pgsql/types';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { tableCommands } from '../help/drops.ts';
import { addedHere, isNewHere } from '../help/made-here.ts';
import { isRelation, kindWords } from '../help/object-kinds.ts';
import { objectName } from '../help/object-names.ts';
import { partOf } from '../help/part-of.ts';
import { readByClause } from '../help/read-by.ts';
import { shown } from '../help/shown.ts';
import { listedFew, shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'drop-cascade',
  topic: 'compatibility',
  summary: 'CASCADE drops views, constraints, columns and functions that the file does not name',
  severity: 'error',
  weighed: false,
  on: ['DropStmt', 'DropOwnedStmt', 'AT_DropColumn', 'AT_DropConstraint'],
  *statement(subject) {
    const stmt = as('DropStmt', subject.tree?.node);
    if (stmt?.behavior === 'DROP_CASCADE') yield* ofObjects(subject, stmt);
    const owned = as('DropOwnedStmt', subject.tree?.node);
    if (owned) yield { message: OWNED };
    yield* ofParts(subject);
  },
};

const DROPS = [
  'drop-table',
  'drop-table-foreign-key',
  'drop-partition',
  'drop-view',
  'drop-function',
  'drop-function-cascade',
];
const WHY =
  'What depends on it is found when the statement runs, on each database anew, and goes without a question; functions and their triggers too. Without CASCADE PostgreSQL stops and lists what is in the way: drop that by name, in the same file.';
const OWNED =
  'DROP OWNED drops every object of the role in this database, whatever it is, and takes away its privileges: what that is shows only when it runs';

function* ofObjects(subject: Subject, { removeType, objects = [] }: DropStmt): Generator<Complaint> {
  const found = objects.flatMap((object) => objectName(object) ?? []).filter((name) => !isNewHere(subject, name));
  if (found.length === 0 || removeType === undefined) return;
  const what = `${kindWords(removeType)?.toLowerCase() ?? ''} ${listedFew(found.map(shown))}`.trim();
  const known = isRelation(removeType) ? found.map((name) => readByClause(subject.known, name)).join('') : '';
  yield {
    message: `CASCADE drops with the ${what} whatever depends on it, and the file does not say what that is${known}`,
    why: WHY,
    ...partOf(subject, DROPS, { target: found[0] }),
  };
}

function* ofParts(subject: Subject): Generator<Complaint> {
  for (const { table, cmd } of tableCommands(subject, 'AT_DropColumn', 'AT_DropConstraint')) {
    if (cmd.behavior !== 'DROP_CASCADE' || subject.isNew(subject.known.table(table))) continue;
    const name = cmd.name ?? '';
    if (cmd.subtype === 'AT_DropColumn' && addedHere(subject, table, name)) continue;
    const what =
      cmd.subtype === 'AT_DropColumn'
        ? shownColumn(table, name)
        : `the constraint ${shown({ name })} of ${shown(table)}`;
    yield {
      message: `CASCADE drops with ${what} whatever depends on it, and the file does not say what that is`,
      why: WHY,
      ...partOf(subject, ['drop-column', 'drop-constraint', 'drop-primary-key-cascade'], { part: name }),
    };
  }
}
