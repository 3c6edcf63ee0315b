import type { Rule } from '../rule.ts';

/** The rules of topic `rollback`, in the order of their list. */
export const ROLLBACK_RULES: readonly Rule[] = [];
