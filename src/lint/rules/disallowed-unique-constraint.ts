import type { FormUse } from '../../facts/form.ts';
import type { Complaint } from '../finding.ts';
import { fixOf } from '../help/fix.ts';
import { indexFirst } from '../help/index-first.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'disallowed-unique-constraint',
  topic: 'locks',
  summary:
    'ADD UNIQUE blocks the table while its index is built; an index built concurrently can be made the constraint',
  severity: 'warning',
  weighed: true,
  on: ['add-unique'],
  aliases: ['squawk:disallowed-unique-constraint', 'eugene:E7', 'pgfence:add-constraint-unique'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-unique')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `adding this constraint blocks all reads and writes of ${targetOf(use)} until its index is built`,
    why: 'The index is built under ACCESS EXCLUSIVE. One that CREATE UNIQUE INDEX CONCURRENTLY has built becomes the constraint at once.',
    use,
    ...fixOf(subject, () => indexFirst(subject, use, 'build the index concurrently, then make it the constraint')),
  };
}
