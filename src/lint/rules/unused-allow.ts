import { UNUSED_ALLOW } from '../allow.ts';
import type { Rule } from '../rule.ts';

/** It looks at no statement: the runner finds it when all other rules have spoken. */
export const rule: Rule = {
  id: UNUSED_ALLOW,
  topic: 'transactions',
  summary: 'An -- Allow: line that accepts nothing, or that names no rule.',
  severity: 'warning',
  weighed: false,
};
