import type { Complaint } from '../finding.ts';
import type { Rule, Subject } from '../rule.ts';
import { type WrittenColumn, writtenColumns } from './columns.ts';
import { fixOf } from './fix.ts';
import { shownColumn } from './shown-column.ts';
import { otherType } from './type-text.ts';

interface TypeAdvice extends Pick<Rule, 'id' | 'summary' | 'severity'> {
  readonly aliases?: readonly string[];
  /** Whether it is about that column; `type` is the name in PostgreSQL's catalog, `bpchar` for char(n). */
  readonly is: (type: string, column: WrittenColumn, subject: Subject) => boolean;
  /** What follows the column's name in the message. */
  readonly message: string | ((column: WrittenColumn) => string);
  readonly why: string;
  /** What to write instead. */
  readonly instead: (column: WrittenColumn) => string;
}

/** A rule about the type that a statement gives to a column. */
export function typedColumnRule(advice: TypeAdvice): Rule {
  const { id, summary, severity, aliases } = advice;
  const statement = (subject: Subject) => complaints(subject, advice);
  const on = ['CreateStmt', 'AlterTableStmt'] as const;
  return { id, topic: 'design', summary, severity, weighed: false, on, ...(aliases && { aliases }), statement };
}

function complaints(subject: Subject, advice: TypeAdvice): Complaint[] {
  const meant = writtenColumns(subject).filter(
    (column) => column.typeName !== undefined && advice.is(column.typeName, column, subject),
  );
  return meant.map((column) => complaint(subject, column, advice));
}

function complaint(subject: Subject, column: WrittenColumn, { message, why, instead }: TypeAdvice): Complaint {
  const said = typeof message === 'string' ? message : message(column);
  return {
    offset: subject.tree?.offsetOf(column.type.location) ?? 0,
    message: `${shownColumn(column.table, column.column)} ${said}`,
    why,
    table: subject.known.resolve(column.table),
    ...fixOf(subject, otherType(subject, column.type, instead(column))),
  };
}
