import type { Rule } from '../rule.ts';

/** The rules of topic `compatibility`, in the order of their list. */
export const COMPATIBILITY_RULES: readonly Rule[] = [];
