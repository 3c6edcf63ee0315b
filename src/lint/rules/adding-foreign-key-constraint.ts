import type { FormUse } from '../../facts/form.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf, commandOf, withCommand } from '../help/alter-table.ts';
import { constraintBody } from '../help/constraint-body.ts';
import { constraintSteps } from '../help/constraint-steps.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { nameFor } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-foreign-key-constraint',
  topic: 'locks',
  summary: 'A FOREIGN KEY that is checked at once blocks writes to both tables meanwhile',
  severity: 'warning',
  weighed: true,
  aliases: ['squawk:adding-foreign-key-constraint', 'eugene:E1'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-foreign-key')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  const referenced = othersOf(use, 'referenced table').map(shown);
  const both = [targetOf(use), ...referenced.slice(0, 1)].join(' and ');
  return {
    offset: use.offset,
    message: `adding this foreign key blocks writes to ${both} while every row of ${targetOf(use)} is looked up`,
    why: 'Both tables are held under SHARE ROW EXCLUSIVE. NOT VALID skips the rows; VALIDATE CONSTRAINT then reads them while writes go on.',
    use,
    ...fixOf(subject, inTwoSteps(subject, use)),
  };
}

/** The first major version that takes NOT VALID on a partitioned table. */
const NOT_VALID_ON_PARTITIONED = 18;

function inTwoSteps(subject: Subject, use: FormUse): Fix | undefined {
  const { known, options } = subject;
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AddConstraint');
  const constraint = as('Constraint', part?.command.def);
  if (!alter || !part || !constraint?.pktable || !relationName(constraint.pktable)) return undefined;
  const partitioned = known.table(alter.name)?.kind === 'partitioned table';
  if (partitioned && options.serverMajor < NOT_VALID_ON_PARTITIONED) return undefined;
  const name = constraint.conname ?? nameFor(known, alter.name, stringsOf(constraint.fk_attrs), 'fkey');
  const steps = constraintSteps(alter.head, name, constraintBody(part.text), (text) => withCommand(alter, part, text));
  return automaticFix('add it NOT VALID, then validate it while writes go on', steps);
}
