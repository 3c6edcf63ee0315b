import type { FormUse } from '../../facts/form.ts';
import type { Complaint, Fix } from '../finding.ts';
import { batchLoop, LOOP_HEADER, loopKey } from '../help/batch-loop.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'truncating-table',
  topic: 'locks',
  summary: 'TRUNCATE blocks reads and writes, and takes every row away at once',
  severity: 'warning',
  weighed: true,
  on: ['truncate', 'truncate-cascade'],
  aliases: ['pgfence:truncate'],
  *statement(subject) {
    for (const use of usesOf(subject, 'truncate', 'truncate-cascade')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `emptying ${targetOf(use)} waits for every query on it and blocks all reads and writes meanwhile`,
    why: 'TRUNCATE takes ACCESS EXCLUSIVE, and transactions with an older snapshot then see an empty table. DELETE in batches takes no lock that readers or other writers notice.',
    use,
    ...fixOf(subject, () => deleteInBatches(subject, use)),
  };
}

function deleteInBatches({ known }: Subject, { target }: FormUse): Fix | undefined {
  const table = known.table(target);
  const key = table && loopKey(table);
  if (!target || key === undefined) return undefined;
  const step = {
    name: stepName('empty', target.name),
    comment: [`Empty ${shown(target)}`, LOOP_HEADER],
    sql: [batchLoop(target, key, (range) => `DELETE FROM ${shown(target)} WHERE ${range}`)],
    rollback: [],
  };
  return shownFix('delete the rows in batches, in a file of its own', [step]);
}
