import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { shownColumn } from './shown-column.ts';

/** All columns of the table are known as they are before the statement, and this is none of them. */
export function isAbsent({ known, isApplied, before }: Subject, table: QualifiedName, column: string): boolean {
  if (isApplied || before.some(({ unknown }) => unknown.length > 0)) return false;
  const found = known.table(table);
  return found?.complete === true && !found.columns.has(column);
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
