import { LISTED_RULES, type ListedRule, ruleNamed } from '../engine/lint/rule-list.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { pageLines } from '../report/lint/page-text.ts';
import { createStyle } from '../report/style.ts';
import { renderTable } from '../report/table.ts';
import type { CommandContext } from './context.ts';
import { rulePage } from './rule-page.ts';

/** `lint --explain RULE`: its page; of `all`, the list. */
export function explainRule(context: CommandContext, name: string): ExitStatus {
  if (name !== 'all') explain(context, ruleNamed(name));
  else if (context.wantsJson) context.json({ rules: LISTED_RULES });
  else listRules(context);
  return EXIT.done;
}

function explain(context: CommandContext, rule: ListedRule): void {
  const page = rulePage(rule.id) ?? `# ${rule.id}\n\n${rule.summary}.`;
  const { stdout } = context;
  if (context.wantsJson) context.json({ ...rule, page });
  else for (const line of pageLines(page, { width: stdout.width, style: createStyle(stdout.color) })) stdout.line(line);
}

function listRules(context: CommandContext): void {
  const { stdout } = context;
  const style = createStyle(stdout.color);
  const columns = [{ title: 'Rule' }, { title: 'Severity' }, { title: 'Finds', shrink: 'wrap', least: 20 }] as const;
  const topics = [...new Set(LISTED_RULES.map(({ topic }) => topic))];
  for (const topic of topics) {
    const rows = LISTED_RULES.filter((rule) => rule.topic === topic);
    stdout.line(style.strong(topic));
    const lines = renderTable(
      columns,
      rows.map(({ id, severity, summary }) => [id, severity, summary]),
      {
        width: stdout.width,
        heading: style.faint,
      },
    );
    for (const line of lines) stdout.line(line);
    stdout.line();
  }
}
