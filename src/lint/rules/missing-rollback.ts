import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Node } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import { changesNothing } from '../help/changes-nothing.ts';
import { filled } from '../help/data-changes.ts';
import { type Inverse, inverseOf } from '../help/inverse.ts';
import { MadeByFile } from '../help/made-by-file.ts';
import { objectName, partName } from '../help/object-names.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'missing-rollback',
  topic: 'rollback',
  summary: 'The file says neither how it is undone nor that it cannot be',
  severity: 'warning',
  weighed: false,
  *file(file) {
    const { migration, body } = file;
    // What its batches keep is its way back.
    if (migration.data?.keep) return;
    if (migration.rollback.kind !== 'none' || (body.length > 0 && body.every(changesNothing))) return;
    const fix = migration.large ? undefined : rollbackOf(file);
    yield {
      message: 'this migration has no way back: rollback refuses it, and nothing says whether that is meant',
      why: `Add -- ROLLBACK: and the statements that undo it, or -- IRREVERSIBLE: and the reason.${fix ? '' : hint(file)}`,
      ...(fix ? { fix } : {}),
    };
  },
};

/** All of it as one section; the statements of the body stay. */
function rollbackOf(file: FileSubject): Fix | undefined {
  const made = new MadeByFile(file);
  const undone = file.body.filter((one) => !one.inside).map((subject) => undo(made, subject));
  if (undone.includes(undefined)) return undefined;
  const rollback = undone.reverse().flatMap((one) => one ?? []);
  if (rollback.length === 0) return undefined;
  return {
    title: 'add the statements that undo it, as a ROLLBACK section',
    automatic: !file.body.some(mayDoNothing),
    steps: [{ name: file.migration.name, sql: [], rollback }],
  };
}

/** Where it finds what it is to make, its opposite takes away what was there before. */
function mayDoNothing({ tree, statement }: Subject): boolean {
  return as('GrantStmt', tree?.node) !== undefined || /\bif\s+not\s+exists\b/i.test(statement.sql);
}

/** What is about a table that the file makes goes with the table. */
function undo(made: MadeByFile, subject: Subject): Inverse {
  if (changesNothing(subject)) return [];
  if (isInside(made, subject)) return [];
  return inverseOf(subject);
}

function isInside(made: MadeByFile, subject: Subject): boolean {
  const tables = [...tablesOf(subject), ...filled(subject).map(({ table }) => table)];
  return tables.length > 0 && !makesRelation(subject) && tables.every((table) => made.hasTable(subject, table));
}

function makesRelation({ tree }: Subject): boolean {
  return (
    tree !== undefined &&
    (as('CreateStmt', tree.node) ?? as('CreateTableAsStmt', tree.node) ?? as('RenameStmt', tree.node)) !== undefined
  );
}

/** The tables that a statement is about, beside those that create one. */
function tablesOf({ tree }: Subject): QualifiedName[] {
  const node = tree?.node;
  const granted = as('GrantStmt', node);
  if (granted) return all('RangeVar', granted.objects).flatMap((one) => relationName(one) ?? []);
  return commented(node) ?? relationsIn(node);
}

function commented(node: Node | undefined): QualifiedName[] | undefined {
  const comment = as('CommentStmt', node);
  if (!comment) return undefined;
  const isTable = comment.objtype === 'OBJECT_TABLE';
  return [isTable ? objectName(comment.object) : partName(comment.object)?.relation].flatMap((one) => one ?? []);
}

function relationsIn(node: Node | undefined): QualifiedName[] {
  const relation =
    as('AlterTableStmt', node)?.relation ??
    as('IndexStmt', node)?.relation ??
    as('CreateTrigStmt', node)?.relation ??
    as('CreatePolicyStmt', node)?.table ??
    as('RuleStmt', node)?.relation;
  return [relationName(relation)].flatMap((one) => one ?? []);
}

function hint(file: FileSubject): string {
  const made = new MadeByFile(file);
  const unknown = file.body.find((one) => !one.inside && undo(made, one) === undefined);
  return unknown ? ` What undoes the statement in line ${unknown.statement.line} its text does not tell.` : '';
}
