import type { LintSettings } from '../../config/settings.ts';
import type { ActiveRule } from '../../lint/asked.ts';
import { RULE_NAMES, RULES } from '../../lint/rules.ts';
import { gather, Problem } from '../../problem/problem.ts';
import { nearest } from '../../report/nearest.ts';

/**
 * The rules to run with their severities: all that are on by themselves or by the settings, or those in `only` whatever the
 * settings say (one that is off is a warning then). Problem `config-invalid` or `usage` with every name that no rule has.
 */
export function activeRules(
  settings: LintSettings['rules'],
  only: readonly string[],
  configFile?: string,
): ActiveRule[] {
  const chosen = new Map(
    Object.entries(settings).flatMap(([name, severity]) => (RULE_NAMES.get(name) ?? []).map((id) => [id, severity])),
  );
  refuseUnknown(Object.keys(settings), 'config-invalid', configFile);
  refuseUnknown(only, 'usage');
  const wanted = new Set(only.flatMap((name) => RULE_NAMES.get(name) ?? []));
  return RULES.flatMap((rule) => {
    const severity = chosen.get(rule.id) ?? rule.severity;
    if (wanted.size > 0)
      return wanted.has(rule.id) ? [{ rule, severity: severity === 'off' ? 'warning' : severity }] : [];
    return severity === 'off' ? [] : [{ rule, severity }];
  });
}

function refuseUnknown(names: readonly string[], code: 'config-invalid' | 'usage', file?: string): void {
  const problems = names.filter((name) => !RULE_NAMES.has(name)).map((name) => unknownRule(name, code, file));
  if (problems.length > 0) throw gather(code, 'there are no such rules', problems);
}

/** With the rule that was probably meant. */
export function unknownRule(name: string, code: 'config-invalid' | 'usage', file?: string): Problem {
  const meant = nearest(name, [...RULE_NAMES.keys()]);
  return new Problem(code, `there is no rule ${JSON.stringify(name)}`, {
    ...(file === undefined ? {} : { where: { file } }),
    next: [meant === undefined ? 'The rules are listed by: taskflow-db lint --explain all' : `Did you mean ${meant}?`],
  });
}
