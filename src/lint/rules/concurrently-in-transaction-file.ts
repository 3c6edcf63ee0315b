import { whyNotInTransaction } from '../../sql/transactional.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'concurrently-in-transaction-file',
  topic: 'transactions',
  summary: 'A file wraps itself in BEGIN ... COMMIT around a statement that PostgreSQL refuses in a transaction',
  severity: 'error',
  weighed: false,
  aliases: ['squawk:ban-concurrent-index-creation-in-transaction', 'pgfence:concurrent-in-transaction'],
  *statement({ migration, statement, options, inside }) {
    if (!migration.wrappedInTransaction || inside) return;
    const reason = whyNotInTransaction(statement.sql, statement.words, options.serverMajor * 10_000);
    if (!reason) return;
    yield {
      message: `BEGIN and COMMIT around this file cannot be kept: PostgreSQL refuses this statement in a transaction (25001), since ${uncapital(reason)}`,
      why: 'The tool runs it as a step of its own, so that the file is no longer all or nothing; psql fails. Take BEGIN and COMMIT away, or give the statement a file of its own.',
    };
  },
};

/** Key words stay as they are. */
function uncapital(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
