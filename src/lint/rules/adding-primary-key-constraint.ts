import type { FormUse } from '../../facts/form.ts';
import type { KnownIndex } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { type AlterTable, alterTableOf, commandOf } from '../help/alter-table.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { indexFirst } from '../help/index-first.ts';
import { stepName } from '../help/names.ts';
import { notNullSteps } from '../help/not-null-steps.ts';
import { columnList, listed, shown } from '../help/shown.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-primary-key-constraint',
  topic: 'locks',
  summary: 'ADD PRIMARY KEY blocks the table while its index is built and while its columns are checked for NULL',
  severity: 'warning',
  weighed: true,
  on: ['add-primary-key', 'add-primary-key-using-index-nullable'],
  aliases: [
    'squawk:adding-serial-primary-key-field',
    'squawk:adding-primary-key-constraint',
    'eugene:W14',
    'pgfence:add-pk-without-using-index',
  ],
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
    ...fixOf(subject, () => indexFirst(subject, use, 'build the index concurrently, then make it the primary key')),
  };
}

/** A primary key makes its columns NOT NULL, which reads the table where they are not yet. */
function* overNullable(subject: Subject, use: FormUse): Generator<Complaint> {
  const index = indexOf(subject, use);
  const nullable = index ? knownNullable(subject, use, index) : [];
  if (!index || nullable.length === 0) return;
  yield {
    offset: use.offset,
    message: `this blocks all reads and writes of ${targetOf(use)} while ${listed(nullable.map(displayIdentifier))} is checked for NULL`,
    why: 'A primary key makes its columns NOT NULL; what is not NOT NULL before is read under ACCESS EXCLUSIVE.',
    use,
    ...fixOf(subject, () => notNullFirst(subject, index, nullable)),
  };
}

/** The index that becomes the key, where it is known. */
function indexOf(subject: Subject, use: FormUse): KnownIndex | undefined {
  const command = commandOf(alterTableOf(subject), use, 'AT_AddConstraint')?.command;
  const name = as('Constraint', command?.def)?.indexname;
  return name === undefined ? undefined : subject.known.table(use.target)?.indexes.get(name);
}

function knownNullable({ known }: Subject, { target }: FormUse, { columns }: KnownIndex): string[] {
  const held = known.table(target)?.columns;
  return columns.flatMap((column) => (column !== undefined && held?.get(column)?.notNull === false ? [column] : []));
}

function notNullFirst(subject: Subject, index: KnownIndex, columns: readonly string[]): Fix | undefined {
  const { known, options } = subject;
  const alter = alterTableOf(subject);
  if (!alter || alter.commands.length > 1) return undefined;
  const { head, name: table } = alter;
  const steps = columns.flatMap((column) =>
    notNullSteps({ head, table, column, known, serverMajor: options.serverMajor }),
  );
  return automaticFix('make its columns NOT NULL first, beside reads and writes', [
    ...steps,
    key(subject, alter, index),
  ]);
}

/** The index becomes the constraint's, by its name, and goes with it. */
function key({ statement }: Subject, { head, name: table, commands }: AlterTable, index: KnownIndex): FixStep {
  const name = as('Constraint', commands[0]?.command.def)?.conname ?? index.name;
  const on = `${shown(table)} ${columnList(index.columns.flatMap((column) => column ?? []))}`;
  const create = `CREATE UNIQUE INDEX CONCURRENTLY ${displayIdentifier(index.name)} ON ${on}`;
  const isPlain = index.plain && index.included.length === 0;
  const rollback = isPlain ? [`${head} DROP CONSTRAINT ${displayIdentifier(name)}`, create] : [];
  return { name: stepName('add', name), sql: [statement.sql], rollback };
}
