import type { Complaint } from '../finding.ts';
import { CHANGES_ROWS, dataChanges } from '../help/changed-rows.ts';
import { reachOf } from '../help/reach.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'batch-loop-in-one-transaction',
  topic: 'data',
  summary: 'A loop changes rows in batches that all end with one transaction, so that nothing is let go before',
  severity: 'warning',
  weighed: true,
  on: CHANGES_ROWS,
  *statement(subject) {
    if (subject.loop === undefined) return;
    for (const change of dataChanges(subject)) {
      if (reachOf(subject, change) !== 'bounded') continue;
      const complaint = judged(subject, shown(change.table));
      const table = subject.known.resolve(change.table);
      if (complaint) yield { ...complaint, offset: subject.tree?.offsetOf(change.location) ?? 0, table };
    }
  },
};

function judged({ loop, transactional }: Subject, table: string): Complaint | undefined {
  if (loop === 'in one transaction') {
    return {
      message: `the rounds of this loop are one transaction: each row of ${table} stays locked until the last one is done`,
      why: 'Batches help only where each is committed. Write COMMIT behind each batch, and the header Transaction: none.',
    };
  }
  if (!transactional) return undefined;
  return {
    severity: 'error',
    message: 'COMMIT in this loop fails (2D000), since the file runs in a transaction',
    why: 'A block can end transactions only where none is open around it: put the header Transaction: none above it.',
  };
}
