import { mentionedColumns } from '../../known/expression.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { type AddColumn, type ColumnClause, clausesOfType, foreignKeyDefinition, withoutName } from './add-column.ts';
import { type AlterCommand, type AlterTable, restWithout } from './alter-table.ts';
import { backfillStep } from './backfill.ts';
import { constraintSteps } from './constraint-steps.ts';
import { nameFor, stepName } from './names.ts';
import { notNullSteps } from './not-null-steps.ts';
import { uniqueSteps } from './unique-steps.ts';

/** A column that a statement adds, with the statement around it. */
export interface NewColumn {
  readonly subject: Subject;
  readonly alter: AlterTable;
  readonly part: AlterCommand;
  readonly added: AddColumn;
}

/** How its rows get their values, where adding it would compute one for each of them. */
export interface Filling {
  /** What prepares it: a sequence, a trigger. Goes behind the column. */
  readonly prepare: readonly string[];
  /** What takes that back, behind the dropping of the column. */
  readonly unprepare: readonly string[];
  readonly value: string;
  /** Which rows still want it; by default those where it is NULL, which is right if the value never is. */
  readonly missing?: string;
}

/** The column by itself, with those clauses of its own that cost nothing. */
export function columnStep(
  { alter, part, added }: NewColumn,
  kept: readonly ColumnClause[],
  filling?: Filling,
): FixStep {
  const add = [`${alter.head} ${added.plain}`, ...kept.map(({ text }) => text)].join(' ');
  const rest = restWithout(alter, part);
  return {
    name: stepName('add', alter.name.name, added.column),
    // What else the statement does may be about the new column.
    sql: [add, ...(filling?.prepare ?? []), ...(rest === undefined ? [] : [rest])],
    rollback: [`${alter.head} DROP COLUMN ${displayIdentifier(added.column)}`, ...(filling?.unprepare ?? [])],
  };
}

/** The column without a value, what gives new rows theirs, then the rows that are there, then its constraints. */
export function filledColumnSteps(column: NewColumn, filling: Filling): FixStep[] {
  const { subject, alter, added } = column;
  const fill = backfillStep({
    table: alter.name,
    known: subject.known.table(alter.name),
    column: added.column,
    value: filling.value,
    missing: filling.missing ?? `${displayIdentifier(added.column)} IS NULL`,
  });
  return [columnStep(column, [], filling), fill, ...notNullStepsOf(column), ...constraintStepsOf(column)];
}

function notNullStepsOf({ subject: { known, options }, alter, added }: NewColumn): FixStep[] {
  if (clausesOfType(added, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY').length === 0) return [];
  const { head, name: table } = alter;
  return notNullSteps({ head, table, column: added.column, known, serverMajor: options.serverMajor });
}

/** CHECK, REFERENCES, UNIQUE and PRIMARY KEY, each without holding the table for the time that its check takes. */
export function constraintStepsOf(column: NewColumn): FixStep[] {
  const { added } = column;
  return [
    ...clausesOfType(added, 'CONSTR_CHECK').flatMap((clause) => checkSteps(column, clause)),
    ...clausesOfType(added, 'CONSTR_FOREIGN').flatMap((clause) => foreignKeySteps(column, clause)),
    ...clausesOfType(added, 'CONSTR_UNIQUE', 'CONSTR_PRIMARY').flatMap((clause) => indexSteps(column, clause)),
  ];
}

function checkSteps({ subject, alter }: NewColumn, clause: ColumnClause): FixStep[] {
  const columns = mentionedColumns(clause.constraint.raw_expr);
  const part = columns.length === 1 ? columns : [];
  const name = clause.constraint.conname ?? nameFor(subject.known, alter.name, part, 'check');
  return constraintSteps(alter.head, name, withoutName(clause));
}

function foreignKeySteps({ subject, alter, added }: NewColumn, clause: ColumnClause): FixStep[] {
  const name = clause.constraint.conname ?? nameFor(subject.known, alter.name, [added.column], 'fkey');
  return constraintSteps(alter.head, name, foreignKeyDefinition(added.column, clause));
}

function indexSteps({ subject: { known }, alter, added }: NewColumn, { constraint, text }: ColumnClause): FixStep[] {
  const { head, name: table } = alter;
  return uniqueSteps({ head, table, known, constraint, columns: [added.column], text }) ?? [];
}
