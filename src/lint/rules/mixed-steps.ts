import { statementKind } from '../../sql/kinds.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'mixed-steps',
  topic: 'transactions',
  summary: 'A file that runs in several steps can stop half-way, with the first of them done',
  severity: 'note',
  weighed: false,
  *file(file) {
    yield* ofHeader(file);
    if (file.body.every((one) => one.transactional)) return;
    const changes = file.body.filter((one) => !one.inside && isChange(one));
    for (const subject of changes.filter((one) => !one.transactional)) yield* ofStep(file, changes, subject);
  },
};

function isChange({ statement, options }: Subject): boolean {
  const kind = statementKind(statement.sql, statement.words, options.serverMajor * 10_000).class;
  return kind !== 'set' && kind !== 'query';
}

function* ofStep({ migration }: FileSubject, changes: readonly Subject[], subject: Subject): Generator<FileComplaint> {
  if (migration.headers.transaction === 'none') return;
  const before = changes.filter((one) => one.index < subject.index).length;
  const behind = changes.length - before - 1;
  if (before + behind === 0) return;
  const done =
    before === 0
      ? 'what comes behind it has not run'
      : `${counted(before)} before it stay${before === 1 ? 's' : ''} done`;
  yield {
    subject,
    message: `this statement is a step of its own: if it fails, ${done}, and the file is half applied until it is run again`,
    why: 'The next run goes on at this step. In a file of its own there is nothing that could be half done, and its rollback is one statement too.',
  };
}

/** Statements that could have been one transaction are not. */
function* ofHeader({ migration, body }: FileSubject): Generator<FileComplaint> {
  const outer = body.filter((one) => !one.inside);
  if (migration.headers.transaction !== 'none' || outer.length < 2 || outer.some(needsIt)) return;
  yield {
    severity: 'warning',
    message: `"Transaction: none" commits each of the ${outer.length} statements by itself, though all of them could share one transaction: a failure leaves the first of them done`,
    why: 'The tool finds out by itself what PostgreSQL refuses in a transaction; the header is for procedures that commit on their way.',
  };
}

const MAY_COMMIT = ['CALL', 'DO', 'REINDEX', 'CLUSTER', 'VACUUM'];

function needsIt({ statement, options }: Subject): boolean {
  const { sql, words } = statement;
  return MAY_COMMIT.includes(words[0] ?? '') || !statementKind(sql, words, options.serverMajor * 10_000).transactional;
}

function counted(statements: number): string {
  return statements === 1 ? 'the statement' : `the ${statements} statements`;
}
