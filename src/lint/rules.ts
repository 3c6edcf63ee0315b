import type { Rule } from './rule.ts';
import { COMPATIBILITY_RULES } from './topics/compatibility.ts';
import { DATA_RULES } from './topics/data.ts';
import { DESIGN_RULES } from './topics/design.ts';
import { LOCKS_RULES } from './topics/locks.ts';
import { ROLLBACK_RULES } from './topics/rollback.ts';
import { SECURITY_RULES } from './topics/security.ts';
import { TRANSACTIONS_RULES } from './topics/transactions.ts';

/** Every rule, by topic: what runs, and the list that help, documents and formats derive from. */
export const RULES: readonly Rule[] = [
  ...LOCKS_RULES,
  ...COMPATIBILITY_RULES,
  ...TRANSACTIONS_RULES,
  ...DATA_RULES,
  ...ROLLBACK_RULES,
  ...SECURITY_RULES,
  ...DESIGN_RULES,
];

/** Each id and alias with the ids that it means: what is one rule elsewhere may be several here. */
export const RULE_NAMES: ReadonlyMap<string, readonly string[]> = namesOf(RULES);

function namesOf(rules: readonly Rule[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { id, aliases = [] } of rules) {
    for (const name of [id, ...aliases]) names.set(name, [...(names.get(name) ?? []), id]);
  }
  return names;
}
