import type { Rule } from '../rule.ts';

/** The rules of topic `data`, in the order of their list. */
export const DATA_RULES: readonly Rule[] = [];
