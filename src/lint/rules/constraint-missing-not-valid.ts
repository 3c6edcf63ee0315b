import type { FormUse } from '../../facts/form.ts';
import { mentionedColumns } from '../../known/expression.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf, commandOf, withCommand } from '../help/alter-table.ts';
import { constraintBody } from '../help/constraint-body.ts';
import { constraintSteps } from '../help/constraint-steps.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { nameFor } from '../help/names.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'constraint-missing-not-valid',
  topic: 'locks',
  summary: 'A CHECK that is added without NOT VALID blocks the table while every row is checked',
  severity: 'warning',
  weighed: true,
  on: ['add-check'],
  aliases: ['squawk:constraint-missing-not-valid', 'eugene:E1', 'pgfence:add-constraint-check-no-not-valid'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-check')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `adding this check blocks all reads and writes of ${targetOf(use)} while every row is checked`,
    why: 'The rows are read under ACCESS EXCLUSIVE. NOT VALID skips them; VALIDATE CONSTRAINT then reads them while reads and writes go on.',
    use,
    ...fixOf(subject, () => inTwoSteps(subject, use)),
  };
}

function inTwoSteps(subject: Subject, use: FormUse): Fix | undefined {
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AddConstraint');
  const constraint = as('Constraint', part?.command.def);
  if (!alter || !part || !constraint) return undefined;
  const columns = mentionedColumns(constraint.raw_expr);
  // PostgreSQL puts the column into the name where there is only one.
  const name = constraint.conname ?? nameFor(subject.known, alter.name, columns.length === 1 ? columns : [], 'check');
  const steps = constraintSteps(alter.head, name, constraintBody(part.text), (text) => withCommand(alter, part, text));
  return automaticFix('add it NOT VALID, then validate it while reads and writes go on', steps);
}
