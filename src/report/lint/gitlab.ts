import type { Severity } from '../../lint/finding.ts';
import type { LintReport } from '../../lint/report.ts';
import { visibleLine } from '../visible.ts';
import { fingerprints } from './fingerprint.ts';
import type { FormatOptions } from './format.ts';
import { effectText } from './words.ts';

/** GitLab knows info, minor, major, critical and blocker. */
const SEVERITY: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'major', note: 'info' };

/** A Code Quality report of GitLab: a JSON list of what is not allowed on record. */
export function lintGitlab({ findings }: LintReport, { pathOf }: FormatOptions): string {
  const names = fingerprints(findings);
  const issues = findings.flatMap((finding, index) => {
    if (finding.allowed !== null) return [];
    const { rule, severity, file, line, endLine } = finding;
    const effect = effectText(finding);
    return {
      description: visibleLine(`${finding.message}${effect === undefined ? '' : ` [${effect}]`}`),
      check_name: rule,
      fingerprint: names[index],
      severity: SEVERITY[severity],
      location: { path: pathOf(file), lines: { begin: line, end: Math.max(line, endLine) } },
    };
  });
  return `${JSON.stringify(issues, undefined, 2)}\n`;
}
