import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import {
  type AlterCommand,
  type AlterTable,
  alterTableOf,
  commandOf,
  restWithout,
  withCommand,
} from '../help/alter-table.ts';
import { constraintBody } from '../help/constraint-body.ts';
import { constraintSteps } from '../help/constraint-steps.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { notNullSteps } from '../help/not-null-steps.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-not-nullable-field',
  topic: 'locks',
  summary: 'SET NOT NULL blocks the table while every row is checked for NULL',
  severity: 'warning',
  weighed: true,
  on: ['set-not-null'],
  aliases: ['squawk:adding-not-nullable-field', 'eugene:E2', 'pgfence:alter-column-set-not-null'],
  *statement(subject) {
    for (const use of usesOf(subject, 'set-not-null')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_SetNotNull', 'AT_AddConstraint');
  return {
    offset: part?.start ?? use.offset,
    message: `this blocks all reads and writes of ${targetOf(use)} while every row is checked for NULL`,
    why: 'The rows are read under ACCESS EXCLUSIVE. A constraint that was added NOT VALID is validated while reads and writes go on.',
    use,
    ...fixOf(subject, () => alter && part && inSteps(subject, alter, part)),
  };
}

const TITLE = 'have every row checked while reads and writes go on';

function inSteps(subject: Subject, alter: AlterTable, part: AlterCommand): Fix | undefined {
  const constraint = as('Constraint', part.command.def);
  const column = part.command.name ?? stringsOf(constraint?.keys)[0];
  if (column === undefined) return undefined;
  const { head, name: table } = alter;
  const around = (text: string) => withCommand(alter, part, text);
  if (constraint?.conname) {
    return automaticFix(TITLE, constraintSteps(head, constraint.conname, constraintBody(part.text), around));
  }
  const unproven = notValidNotNull(subject, alter, column);
  if (unproven !== undefined) return validateOnly(alter, part, unproven, column);
  const { known, options } = subject;
  return automaticFix(TITLE, notNullSteps({ head, table, column, known, serverMajor: options.serverMajor, around }));
}

/** From 18 on the column may have a constraint already that only wants to be validated. */
function notValidNotNull({ known }: Subject, { name }: AlterTable, column: string): string | undefined {
  const constraints = [...(known.table(name)?.constraints.values() ?? [])];
  return constraints.find((one) => one.type === 'not null' && !one.validated && one.columns.includes(column))?.name;
}

/** Not beside another command, whose lock would hold the table meanwhile. */
function validateOnly(alter: AlterTable, part: AlterCommand, constraint: string, column: string): Fix {
  const name = displayIdentifier(constraint);
  const again = `${alter.head} ADD CONSTRAINT ${name} NOT NULL ${displayIdentifier(column)} NOT VALID`;
  const validate = {
    name: stepName('validate', constraint),
    sql: [`${alter.head} VALIDATE CONSTRAINT ${name}`],
    rollback: [`${alter.head} DROP CONSTRAINT ${name}`, again],
  };
  const rest = restWithout(alter, part);
  if (rest === undefined) return automaticFix(TITLE, [validate]);
  return automaticFix(TITLE, [{ name: stepName('alter', alter.name.name), sql: [rest], rollback: [] }, validate]);
}
