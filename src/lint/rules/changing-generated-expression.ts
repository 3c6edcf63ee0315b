import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint } from '../finding.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'changing-generated-expression',
  topic: 'locks',
  summary: 'SET EXPRESSION of a stored generated column rewrites the table while nobody can use it',
  severity: 'error',
  weighed: true,
  on: ['set-expression'],
  *statement(subject) {
    for (const use of usesOf(subject, 'set-expression')) if (!isVirtual(subject, use)) yield complaint(use);
  },
};

/** A virtual column is computed when it is read. */
function isVirtual({ known }: Subject, { target, part }: FormUse): boolean {
  return part !== undefined && known.table(target)?.columns.get(part)?.generated === 'virtual';
}

function complaint(use: FormUse): Complaint {
  const column = use.part === undefined ? 'the column' : displayIdentifier(use.part);
  return {
    offset: use.offset,
    message: `${column} is computed again for every row, so ${targetOf(use)} is rewritten and blocked for reads and writes meanwhile`,
    why: 'The stored values are written anew under ACCESS EXCLUSIVE. A new column that a trigger keeps can be filled in batches instead.',
    use,
  };
}
