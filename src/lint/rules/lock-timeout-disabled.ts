import { about, lockTimeouts, waitsForLocks } from '../help/lock-timeouts.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'lock-timeout-disabled',
  topic: 'transactions',
  summary: 'The file turns lock_timeout off, so that it may wait for a lock without end',
  severity: 'error',
  weighed: false,
  aliases: ['squawk:require-timeout-settings', 'squawk:require-lock-timeout'],
  *file(file) {
    if (!waitsForLocks(file)) return;
    for (const one of lockTimeouts(file).filter(({ ms }) => ms === 0)) {
      yield about(one, {
        message:
          'with lock_timeout off, a statement of this file waits behind one old transaction for as long as that takes, and every query of the table waits behind it',
        why: 'Measured: readers stall for exactly as long as a statement that changes the table stands in the queue. The tool sets a short lock_timeout by itself, gives way and tries again.',
      });
    }
  },
};
