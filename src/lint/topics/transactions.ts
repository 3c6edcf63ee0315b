import type { Rule } from '../rule.ts';

/** The rules of topic `transactions`, in the order of their list. */
export const TRANSACTIONS_RULES: readonly Rule[] = [];
