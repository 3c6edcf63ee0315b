import type { FormUse } from '../../facts/form.ts';
import type { Complaint, Fix } from '../finding.ts';
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
    ...fixOf(subject, deleteInBatches(use)),
  };
}

function deleteInBatches({ target }: FormUse): Fix | undefined {
  if (!target) return undefined;
  const table = shown(target);
  const step = {
    name: stepName('empty', target.name),
    comment: [`Empty ${table}`, 'Kind: data', `Batch: ${table}`],
    sql: [`DELETE FROM ${table} WHERE :batch`],
    rollback: [],
  };
  return shownFix('delete the rows in batches', [step]);
}
