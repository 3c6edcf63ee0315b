import { effectOn, type FormUse, LOCK_MODES } from '../../facts/form.ts';
import { lockBlocks, lockModeName } from '../../sql/lock-modes.ts';
import type { Complaint } from '../finding.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'locking-table',
  topic: 'locks',
  summary: 'LOCK TABLE in a mode that blocks reads or writes holds the table to the end of the transaction',
  severity: 'warning',
  weighed: true,
  on: ['lock-table'],
  *statement(subject) {
    for (const use of usesOf(subject, 'lock-table')) if (blocksWrites(subject, use)) yield complaint(subject, use);
  },
};

function modeOf({ options }: Subject, use: FormUse) {
  return effectOn(use.form, options.serverMajor).lock ?? 'AccessExclusiveLock';
}

function blocksWrites(subject: Subject, use: FormUse): boolean {
  return LOCK_MODES.indexOf(modeOf(subject, use)) >= LOCK_MODES.indexOf('ShareLock');
}

function complaint(subject: Subject, use: FormUse): Complaint {
  const mode = modeOf(subject, use);
  return {
    offset: use.offset,
    message: `${targetOf(use)} is held under ${lockModeName(mode)} to the end of the transaction, which blocks ${lockBlocks(mode)}`,
    why: 'Whatever else the transaction does, the table waits for it. Each statement takes the locks that it needs by itself.',
    use,
  };
}
