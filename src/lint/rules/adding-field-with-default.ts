import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Fix } from '../finding.ts';
import { clausesOfType } from '../help/add-column.ts';
import { filledColumnSteps } from '../help/column-steps.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { newColumnOf } from '../help/new-column.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-field-with-default',
  topic: 'locks',
  summary: 'ADD COLUMN with a default that differs from row to row rewrites the table while nobody can use it',
  severity: 'error',
  weighed: true,
  on: ['add-column-volatile-default'],
  aliases: ['squawk:adding-field-with-default', 'eugene:E10', 'pgfence:add-column-non-constant-default'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-column-volatile-default')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `this default is computed for every row, so ${targetOf(use)} is rewritten and blocked for reads and writes meanwhile`,
    why: 'A constant, now() and the like are stored once for all rows; a volatile function is called for each, under ACCESS EXCLUSIVE.',
    use,
    ...fixOf(subject, () => inSteps(subject, use)),
  };
}

function inSteps(subject: Subject, use: FormUse): Fix | undefined {
  const column = newColumnOf(subject, use);
  const clause = column && clausesOfType(column.added, 'CONSTR_DEFAULT')[0];
  if (!column || !clause) return undefined;
  const value = clause.text.replace(/^(?:CONSTRAINT\s+\S+\s+)?DEFAULT\s+/i, '');
  const { alter, added } = column;
  const prepare = [`${alter.head} ALTER COLUMN ${displayIdentifier(added.column)} SET DEFAULT ${value}`];
  return shownFix(
    'add it empty, then fill it in batches',
    filledColumnSteps(column, { prepare, unprepare: [], value }),
  );
}
