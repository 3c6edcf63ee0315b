import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf, commandOf } from '../help/alter-table.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { indexFirst } from '../help/index-first.ts';
import { nameFor } from '../help/names.ts';
import { notNullSteps } from '../help/not-null-steps.ts';
import { listed } from '../help/shown.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-primary-key-constraint',
  topic: 'locks',
  summary: 'ADD PRIMARY KEY blocks the table while its index is built and while its columns are checked for NULL',
  severity: 'warning',
  weighed: true,
  aliases: ['squawk:adding-serial-primary-key-field', 'squawk:adding-primary-key-constraint', 'eugene:W14'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-primary-key')) yield building(subject, use);
    for (const use of usesOf(subject, 'add-primary-key-using-index-nullable')) yield* overNullable(subject, use);
  },
};

function building(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `adding the primary key blocks all reads and writes of ${targetOf(use)} until its index is built`,
    why: 'The index is built, and columns that allow NULL are read, under ACCESS EXCLUSIVE. Both can be done before, beside reads and writes.',
    use,
    ...fixOf(subject, indexFirst(subject, use, 'build the index concurrently, then make it the primary key')),
  };
}

/** A primary key makes its columns NOT NULL, which reads the table where they are not yet. */
function* overNullable(subject: Subject, use: FormUse): Generator<Complaint> {
  const nullable = nullableColumns(subject, use);
  if (nullable.length === 0) return;
  const columns = listed(nullable.map(displayIdentifier));
  yield {
    offset: use.offset,
    message: `this blocks all reads and writes of ${targetOf(use)} while ${columns} is checked for NULL`,
    why: 'A primary key makes its columns NOT NULL; what is not NOT NULL before is read under ACCESS EXCLUSIVE.',
    use,
    ...fixOf(subject, notNullFirst(subject, use, nullable)),
  };
}

/** Those of the index that are known, and known to allow NULL. */
function nullableColumns(subject: Subject, use: FormUse): string[] {
  const index = as('Constraint', commandOf(alterTableOf(subject), use, 'AT_AddConstraint')?.command.def)?.indexname;
  const table = subject.known.table(use.target);
  const columns = index === undefined ? [] : (table?.indexes.get(index)?.columns ?? []);
  return columns.flatMap((column) => (column && table?.columns.get(column)?.notNull === false ? [column] : []));
}

function notNullFirst(subject: Subject, use: FormUse, columns: readonly string[]): Fix | undefined {
  const { known, options, statement } = subject;
  const alter = alterTableOf(subject);
  if (!alter) return undefined;
  const { head, name: table } = alter;
  const steps = columns.flatMap((column) =>
    notNullSteps({ head, table, column, known, serverMajor: options.serverMajor }),
  );
  const name = use.part ?? nameFor(known, table, [], 'pkey');
  const add = { name: `add_${name}`, sql: [statement.sql], rollback: [] };
  return automaticFix('make its columns NOT NULL first, beside reads and writes', [...steps, add]);
}
