import { about, lockTimeouts, waitsForLocks } from '../help/lock-timeouts.ts';
import type { Rule } from '../rule.ts';

/** The longest that those wait who publish their numbers (facts about GitLab's lock retries). */
const LONG_MS = 10_000;

export const rule: Rule = {
  id: 'lock-timeout-too-long',
  topic: 'transactions',
  summary: 'The file may wait more than 10 s for a lock, and everybody else behind it',
  severity: 'warning',
  weighed: false,
  *file(file) {
    if (!waitsForLocks(file)) return;
    for (const one of lockTimeouts(file).filter(({ ms }) => ms > LONG_MS)) {
      yield about(one, {
        message: `while a statement of this file waits for a lock, every query of the table waits behind it, for up to ${inWords(one.ms)}`,
        why: 'One old transaction is enough. A short wait and many tries stall nobody for long; the tool makes them by itself.',
      });
    }
  },
};

function inWords(ms: number): string {
  if (ms < 60_000) return `${ms / 1000} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 6_000) / 10} min` : `${Math.round(ms / 360_000) / 10} h`;
}
