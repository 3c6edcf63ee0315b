import { UNUSED_ALLOW } from '../allow.ts';
import type { Rule } from '../rule.ts';

/** Found in src/lint/allow.ts, when all the other rules have spoken. */
export const rule: Rule = {
  id: UNUSED_ALLOW,
  topic: 'transactions',
  summary: 'An Allow line that accepts nothing in its file, or names no rule, hides what comes later',
  severity: 'warning',
  weighed: false,
};
