import { enumBoundaries } from '../../plan/enum-labels.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { nameOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Fix } from '../finding.ts';
import { shown } from '../help/shown.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'enum-value-used-in-same-transaction',
  topic: 'transactions',
  summary: 'A label that the file adds to an enum is used in the same file',
  severity: 'warning',
  weighed: false,
  on: ['AlterEnumStmt'],
  file: judge,
};

interface Added {
  readonly subject: Subject;
  readonly type: string;
  readonly label: string;
}

function* judge(file: FileSubject): Generator<FileComplaint> {
  const outside = file.body.filter((one) => !one.inside);
  // With the header each statement is a transaction of its own, and the file says so.
  const isCut = file.migration.headers.transaction === 'none';
  const statements = isCut ? [] : file.migration.statements;
  const boundaries = enumBoundaries(statements, file.options.serverMajor * 10_000);
  for (const end of boundaries) {
    const use = firstUse(outside, end);
    if (use) yield inOneFile(use.added, use.user);
  }
  for (const added of file.body.filter((one) => one.inside).flatMap(addedBy)) yield* inOneBlock(file, added);
}

function addedBy(subject: Subject): Added[] {
  const stmt = as('AlterEnumStmt', subject.tree?.node);
  const type = nameOf(stmt?.typeName);
  return stmt?.newVal !== undefined && type && !stmt.oldVal ? [{ subject, type: shown(type), label: stmt.newVal }] : [];
}

function addedUpTo(subjects: readonly Subject[], end: number): Added[] {
  return subjects.filter(({ index }) => index <= end).flatMap(addedBy);
}

/** The statement behind a boundary for which it is there: with the label as a literal, else inside an array or in rows. */
function firstUse(subjects: readonly Subject[], end: number): { added: Added; user: Subject } | undefined {
  const added = addedUpTo(subjects, end);
  const behind = subjects.filter(({ index }) => index > end);
  for (const uses of [asLiteral, loosely]) {
    for (const user of behind) {
      const one = added.find(({ label }) => uses(user, label));
      if (one) return { added: one, user };
    }
  }
  return undefined;
}

function asLiteral({ statement }: Subject, label: string): boolean {
  return statement.sql.includes(quoteLiteral(label));
}

function loosely({ statement: { sql, copyData } }: Subject, label: string): boolean {
  return copyData !== undefined || sql.includes(label);
}

function inOneFile({ subject: adds, type, label }: Added, user: Subject): FileComplaint {
  return {
    subject: user,
    message: `'${label}' is new in ${type}, and PostgreSQL refuses it in the transaction that adds it (55P04): this file runs as two, and when the second fails, the label stays and cannot be taken away`,
    why: 'The tool ends the transaction behind ADD VALUE; psql with one transaction fails. Add the label in a file of its own: then each file is all or nothing.',
    fix: twoFiles(adds, user, label),
  };
}

function twoFiles(adds: Subject, user: Subject, label: string): Fix {
  const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  return {
    title: 'add the label in a file of its own, before the one that uses it',
    automatic: false,
    steps: [
      {
        name: `add_label_${name}`,
        sql: [adds.statement.sql],
        rollback: [],
        comment: ['A label cannot be removed: it has no way back.'],
      },
      { name: `use_label_${name}`, sql: [user.statement.sql], rollback: [] },
    ],
  };
}

/** A DO block is one statement: nothing can end the transaction in between. */
function* inOneBlock({ body }: FileSubject, { subject, type, label }: Added): Generator<FileComplaint> {
  const user = body.find(
    (one) => one.inside && one.index === subject.index && one !== subject && usesLabel(one, label),
  );
  if (!user) return;
  yield {
    subject: user,
    severity: 'error',
    message: `'${label}' is new in ${type}, and PostgreSQL refuses it in the transaction that adds it (55P04): a DO block is one transaction, so this fails`,
    why: 'Add the label by a plain ALTER TYPE in a file of its own.',
  };
}

function usesLabel({ tree }: Subject, label: string): boolean {
  if (!tree || as('AlterEnumStmt', tree.node)) return false;
  return nodesOf('A_Const', tree.node).some(({ sval }) => sval?.sval === label);
}
