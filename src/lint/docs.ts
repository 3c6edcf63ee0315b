import type { Rule } from './rule.ts';
import { RULES } from './rules.ts';

/** The part of a document that is generated, by path and name of the part. Run by scripts/build.mjs --docs. */
export function generate(): Record<string, string> {
  return { 'docs/lint.md#rules': rulesText(RULES) };
}

/** A table for each topic, each rule with a link to its page. */
function rulesText(rules: readonly Rule[]): string {
  const topics = [...new Set(rules.map(({ topic }) => topic))];
  return topics
    .map((topic) => {
      const those = rules.filter((rule) => rule.topic === topic);
      return [`### ${topic[0]!.toUpperCase()}${topic.slice(1)}`, '', ...table(those)].join('\n');
    })
    .join('\n\n');
}

function table(rules: readonly Rule[]): string[] {
  const rows = rules.map(({ id, severity, summary }) => {
    return `| [${id}](rules/${id}.md) | ${severity} | ${summary.replaceAll('|', '\\|')} |`;
  });
  return ['| Rule | Severity | Finds |', '| --- | --- | --- |', ...rows];
}
