import type { Rule } from '../rule.ts';

/** The rules of topic `locks`, in the order of their list. */
export const LOCKS_RULES: readonly Rule[] = [];
