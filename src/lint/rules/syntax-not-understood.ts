import { GRAMMAR_MAJOR } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { isDataMigration } from '../help/data-migration.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'syntax-not-understood',
  topic: 'transactions',
  summary: 'The grammar of PostgreSQL 18 does not take the statement: a mistake, or newer syntax',
  severity: 'error',
  weighed: false,
  *statement(subject) {
    const { notUnderstood, inside, migration } = subject;
    if (notUnderstood && !inside && !isDataMigration(migration)) yield complaint(subject, notUnderstood);
  },
};

function complaint({ options }: Subject, { message, offset }: { message: string; offset: number }): Complaint {
  const newer = options.serverMajor > GRAMMAR_MAJOR;
  return {
    offset,
    message: `PostgreSQL ${GRAMMAR_MAJOR} does not take this: ${message}`,
    why: newer
      ? 'Syntax that is newer is run all the same, and judged by its leading words alone.'
      : 'The server will refuse it, and with it everything that its transaction has done so far.',
    ...(newer ? { severity: 'note' } : {}),
  };
}
