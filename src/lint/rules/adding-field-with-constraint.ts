import type { FormId, FormUse } from '../../facts/form.ts';
import type { Complaint, Fix } from '../finding.ts';
import { clausesOfType } from '../help/add-column.ts';
import { columnStep, constraintStepsOf, type NewColumn } from '../help/column-steps.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { newColumnOf } from '../help/new-column.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

/** What the constraint of each form does while the table is held. */
const WHAT: { readonly [form in FormId]?: string } = {
  'add-column-check': 'while its check reads every row',
  'add-column-unique': 'until the index of its constraint is built',
  'add-column-default-references': 'while its default is looked up for every row',
  'add-column-domain-with-check': 'while the table is rewritten for the check of its domain',
};

const FORMS = Object.keys(WHAT) as FormId[];

export const rule: Rule = {
  id: 'adding-field-with-constraint',
  topic: 'locks',
  summary: 'A constraint in ADD COLUMN is checked or built while nobody can use the table',
  severity: 'warning',
  weighed: true,
  on: FORMS,
  aliases: [
    'squawk:adding-foreign-key-constraint',
    'squawk:disallowed-unique-constraint',
    'squawk:constraint-missing-not-valid',
  ],
  *statement(subject) {
    for (const use of usesOf(subject, ...FORMS)) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `adding the column so blocks all reads and writes of ${targetOf(use)} ${WHAT[use.form.id]}`,
    why: 'ADD COLUMN holds ACCESS EXCLUSIVE until all of it is done. The column alone costs nothing; its constraint can follow without the wait.',
    use,
    ...fixOf(subject, () => apart(subject, use)),
  };
}

/** A domain is the type itself: there is no other way to the same column. */
function apart(subject: Subject, use: FormUse): Fix | undefined {
  const column = newColumnOf(subject, use);
  if (!column || use.form.id === 'add-column-domain-with-check') return undefined;
  const steps = constraintStepsOf(column);
  return steps.length === 0
    ? undefined
    : automaticFix('add the column alone, then its constraint', [plain(column), ...steps]);
}

function plain(column: NewColumn) {
  const kept = clausesOfType(column.added, 'CONSTR_DEFAULT', 'CONSTR_NOTNULL', 'CONSTR_NULL');
  return columnStep(column, kept);
}
