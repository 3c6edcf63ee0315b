import { GRAMMAR_MAJOR } from '../../syntax/tree.ts';
import { changesNothing } from '../help/changes-nothing.ts';
import { isDataMigration } from '../help/data-migration.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'rollback-not-sql',
  topic: 'rollback',
  summary: 'A ROLLBACK section that PostgreSQL cannot run, or that only reads',
  severity: 'error',
  weighed: false,
  *file(file) {
    for (const subject of file.rollback) yield* notSql(subject);
    if (onlyReads(file)) yield { subject: file.rollback[0]!, ...DOES_NOTHING };
  },
};

/** Newer syntax than the grammar's is not judged. */
function* notSql(subject: Subject): Generator<FileComplaint> {
  const { notUnderstood, options, migration } = subject;
  if (!notUnderstood || options.serverMajor > GRAMMAR_MAJOR || isDataMigration(migration)) return;
  const prose = isProse(subject);
  yield {
    subject,
    offset: prose ? 0 : notUnderstood.offset,
    message: prose
      ? 'the ROLLBACK section holds words, not SQL: a rollback would stop here with a syntax error'
      : `PostgreSQL does not take this statement of the ROLLBACK section: ${notUnderstood.message}`,
    why: prose
      ? 'If there is no way back, say so with -- IRREVERSIBLE: and the reason; a remark goes above the marker.'
      : 'A rollback is needed when something has gone wrong already, and it would fail then.',
  };
}

/** It does not begin as any statement does. */
function isProse({ statement: { words, sql } }: Subject): boolean {
  return (
    !STARTS.has(words[0] ?? '') ||
    (words.length > 3 && !/[()=;,*'"._]/.test(sql) && /[.!?]$|\b(?:the|is|to be|manually|needed)\b/i.test(sql))
  );
}

const STARTS = new Set(
  'ALTER ANALYZE CALL CHECKPOINT CLUSTER COMMENT COPY CREATE DELETE DISCARD DO DROP EXECUTE EXPLAIN GRANT IMPORT INSERT LOCK MERGE NOTIFY PREPARE REASSIGN REFRESH REINDEX RESET REVOKE SECURITY SELECT SET SHOW TABLE TRUNCATE UPDATE VACUUM VALUES WITH ('.split(
    ' ',
  ),
);

const DOES_NOTHING = {
  message: 'the ROLLBACK section only reads: it is run, undoes nothing, and the migration counts as rolled back',
  why: 'If there is nothing to undo or no way back, say so with -- IRREVERSIBLE: and the reason.',
} as const;

/** Queries without a function that could change something, settings apart, while the body changes something. */
function onlyReads({ rollback, body }: FileSubject): boolean {
  return rollback.length > 0 && rollback.every(changesNothing) && !body.every(changesNothing);
}
