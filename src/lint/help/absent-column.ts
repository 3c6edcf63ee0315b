import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { shownColumn } from './shown-column.ts';

/** All columns of the table are known as they are before the statement, and this is none of them. */
export function isAbsent({ known, isApplied, before, index }: Subject, table: QualifiedName, column: string): boolean {
  const found = known.table(table);
  if (isApplied || !found?.complete || found.columns.has(column)) return false;
  return before.every((one) => one.index >= index || one.unknown.length === 0);
}

/** What is said where a statement drops or renames it. Within a body it may be asked for first: then nothing. */
export function* complainOfAbsent(
  { inside }: Subject,
  table: QualifiedName,
  column: string,
): Generator<Pick<Complaint, 'message' | 'why'>> {
  if (inside !== undefined) return;
  yield {
    message: `${shownColumn(table, column)} does not exist, as far as the files before and the statistics tell: the statement fails (42703)`,
    why: 'The name is written wrong, or the column has gone or got another name before.',
  };
}
