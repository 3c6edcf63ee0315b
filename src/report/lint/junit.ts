import type { Finding } from '../../lint/finding.ts';
import { counts, type FailOn, type LintReport } from '../../lint/report.ts';
import { cut } from '../width.ts';
import { type XmlElement, xmlDocument } from '../xml.ts';
import { findingMessage } from './finding-message.ts';
import type { FormatOptions } from './format.ts';

/**
 * JUnit XML as Jenkins and GitLab read it: a suite a file, a case a finding. A case fails where the command fails for it, is skipped
 * where it is allowed on record, and passes with its text as output where it is below `failOn`. A file without findings has one case that passes.
 */
export function lintJunit({ files, findings }: LintReport, { failOn, pathOf }: FormatOptions): string {
  const all = [...new Set([...files, ...findings.map(({ file }) => file)])];
  const suites = all.map((file) => {
    const those = findings.filter((finding) => finding.file === file);
    return suite(pathOf(file), those, failOn);
  });
  const attributes = { name: 'taskflow-db lint', ...totals(findings, failOn), tests: casesIn(suites) };
  return xmlDocument({ name: 'testsuites', attributes, content: suites });
}

function casesIn(suites: readonly XmlElement[]): number {
  return suites.reduce((sum, { content = [] }) => sum + content.length, 0);
}

function totals(findings: readonly Finding[], failOn: FailOn) {
  const failures = findings.filter((finding) => counts(finding, failOn)).length;
  const skipped = findings.filter(({ allowed }) => allowed !== null).length;
  return { failures, errors: 0, skipped };
}

function suite(path: string, findings: readonly Finding[], failOn: FailOn): XmlElement {
  const names = caseNames(findings);
  const cases = findings.map((finding, index) => testCase(finding, names[index] ?? '', path, failOn));
  const content = cases.length > 0 ? cases : [{ name: 'testcase', attributes: { classname: path, name: 'lint' } }];
  const attributes = { name: path, tests: content.length, ...totals(findings, failOn) };
  return { name: 'testsuite', attributes, content };
}

function testCase(finding: Finding, name: string, path: string, failOn: FailOn): XmlElement {
  const attributes = { classname: path, name, file: path, line: finding.line };
  return { name: 'testcase', attributes, content: [outcome(finding, path, failOn)] };
}

function outcome(finding: Finding, path: string, failOn: FailOn): XmlElement {
  const { severity, message, allowed, line, column } = finding;
  const content = `${path}:${line}:${column}: ${severity}: ${findingMessage(finding)}`;
  if (allowed !== null) return { name: 'skipped', attributes: { message: `allowed: ${allowed}` } };
  if (!counts(finding, failOn)) return { name: 'system-out', content };
  return { name: 'failure', attributes: { message, type: finding.rule }, content };
}

const NAME_WIDTH = 80;
/** More of a line is not looked at. */
const LINE_MAX = 500;

/** Names that stay when lines move, since readers know a case by its name. */
function caseNames(findings: readonly Finding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, lineText }) => {
    const name = cut(`${rule}: ${lineText.slice(0, LINE_MAX).trim()}`, NAME_WIDTH);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
