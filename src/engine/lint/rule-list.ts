import type { RanRule } from '../../lint/report.ts';
import { RULE_NAMES, RULES } from '../../lint/rules.ts';
import { unknownRule } from './active-rules.ts';

/** A rule for people: what it is, and how bad by default. */
export interface ListedRule extends Omit<RanRule, 'severity'> {
  readonly severity: RanRule['severity'] | 'off';
  /** Names of the same rule in other linters. */
  readonly aliases: readonly string[];
}

export const LISTED_RULES: readonly ListedRule[] = RULES.map(({ id, topic, summary, severity, aliases = [] }) => {
  return { id, topic, summary, severity, aliases };
});

/** The rule of that name, or one that other linters call so. Problem `usage` where there is none. */
export function ruleNamed(name: string): ListedRule {
  const [first] = RULE_NAMES.get(name) ?? [];
  const rule = LISTED_RULES.find(({ id }) => id === first);
  if (!rule) throw unknownRule(name, 'usage');
  return rule;
}
