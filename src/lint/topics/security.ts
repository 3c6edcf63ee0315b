import type { Rule } from '../rule.ts';

/** The rules of topic `security`, in the order of their list. */
export const SECURITY_RULES: readonly Rule[] = [];
