import { type Finding, SEVERITIES, type Severity } from '../../lint/finding.ts';
import type { LintReport } from '../../lint/report.ts';
import { visible } from '../visible.ts';
import { findingMessage } from './finding-message.ts';
import type { FormatOptions } from './format.ts';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * Workflow commands of GitHub Actions, one a finding: annotations of the pull request. GitHub shows the first ten of a kind for
 * each step, so the worst come first.
 */
export function lintGithub({ findings }: LintReport, { pathOf }: FormatOptions): string {
  const open = findings.filter(({ allowed }) => allowed === null);
  const sorted = SEVERITIES.flatMap((severity) => open.filter((one) => one.severity === severity));
  return sorted.map((finding) => `${command(finding, pathOf(finding.file))}\n`).join('');
}

function command(finding: Finding, path: string): string {
  const properties = { file: visible(path), ...range(finding), title: finding.rule };
  const written = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${COMMANDS[finding.severity]} ${written.join(',')}::${data(findingMessage(finding))}`;
}

/** The runner takes columns only where the range is on one line. */
function range({ line, column, endLine, endColumn }: Finding) {
  if (endLine !== line) return { line, endLine: Math.max(line, endLine) };
  return { line, endLine, col: column, endColumn: Math.max(column, endColumn - 1) };
}

/** As the runner takes it apart again: a line is a command, and `%` begins an escape. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
