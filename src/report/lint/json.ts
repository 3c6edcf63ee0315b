import type { Finding } from '../../lint/finding.ts';
import { counts, type LintReport } from '../../lint/report.ts';
import { fingerprints } from './fingerprint.ts';
import type { FixedFiles } from './fixed-text.ts';
import type { FormatOptions } from './format.ts';

/** The document of `lint --json` (docs/FORMATS.md, "Findings of lint"). */
export function lintJson(report: LintReport, { failOn, fixed }: FormatOptions) {
  const { findings, basis, files, statements, rules, notUnderstood, notes } = report;
  const names = fingerprints(findings);
  const all = findings.map((finding, index) => findingJson(finding, names[index] ?? ''));
  const open = all.filter(({ allowed }) => allowed === null);
  const amount = (severity: string) => open.filter((one) => one.severity === severity).length;
  return {
    ok: !findings.some((finding) => counts(finding, failOn)),
    basis,
    summary: {
      files: files.length,
      statements,
      errors: amount('error'),
      warnings: amount('warning'),
      notes: amount('note'),
      allowed: all.length - open.length,
    },
    findings: open,
    allowed: all.filter(({ allowed }) => allowed !== null),
    notUnderstood,
    notes,
    files,
    rules,
    ...(fixed ? { fixed: fixedJson(fixed) } : {}),
  };
}

function fixedJson({ changed, added, left }: FixedFiles) {
  return {
    changed: changed.map(({ file }) => file),
    added,
    left: left.map(({ finding: { file, line, rule }, why }) => ({ file, line, rule, why })),
  };
}

function findingJson(finding: Finding, fingerprint: string) {
  const { rule, severity, file, line, column, message, lock, blocks, rewrite, fix, ...more } = finding;
  return { rule, severity, file, line, column, message, lock, blocks, rewrite, fix, ...more, fingerprint };
}
