import type { Rule } from '../rule.ts';

/** The rules of topic `design`, in the order of their list. */
export const DESIGN_RULES: readonly Rule[] = [];
