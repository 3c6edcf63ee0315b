import type { Rule } from './rule.ts';

/** Every rule, by topic: the list of `lint --explain`, of docs/lint.md and of what runs. */
export const RULES: readonly Rule[] = [];

/** Each id and alias with the id. */
export const RULE_NAMES: ReadonlyMap<string, string> = new Map(
  RULES.flatMap(({ id, aliases = [] }) => [id, ...aliases].map((name) => [name, id] as const)),
);
