import { isFault } from '../../lint/fault.ts';
import type { Finding } from '../../lint/finding.ts';
import type { LintReport, NotUnderstoodStatement, RanRule } from '../../lint/report.ts';
import { visible } from '../visible.ts';
import { findingMessage } from './finding-message.ts';
import { fingerprints } from './fingerprint.ts';
import type { FormatOptions } from './format.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** A SARIF 2.1.0 log with one run (OASIS, "Static Analysis Results Interchange Format"). Columns count code points. */
export function lintSarif(report: LintReport, options: FormatOptions): string {
  const { findings, rules, notes, notUnderstood } = report;
  const found = new Set(findings.map(({ rule }) => rule));
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const names = fingerprints(findings);
  const run = {
    tool: { driver: driver(rules, found, options) },
    columnKind: 'unicodeCodePoints',
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    invocations: [
      {
        executionSuccessful: !findings.some(isFault),
        toolExecutionNotifications: [
          ...notes.map((text) => ({ level: 'note', message: { text: literal(text) } })),
          ...notUnderstood.map((one) => notification(one, options)),
        ],
      },
    ],
    results: findings.map((finding, at) => result(finding, index.get(finding.rule), names[at] ?? '', options)),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

function driver(rules: readonly RanRule[], found: ReadonlySet<string>, { toolVersion, pageOf }: FormatOptions) {
  return {
    name: 'taskflow-db',
    semanticVersion: toolVersion,
    rules: rules.map((rule) => descriptor(rule, found.has(rule.id) ? pageOf(rule.id) : undefined)),
  };
}

/** The page of a rule goes along only where it has found something: GitHub shows it beside the alert. */
function descriptor({ id, topic, summary, severity }: RanRule, page: string | undefined) {
  const text = `${summary}. Explained by: taskflow-db lint --explain ${id} (docs/rules/${id}.md). Accepted by a line in the header of the file: -- Allow: ${id} REASON`;
  return {
    id,
    name: id,
    shortDescription: { text: summary },
    help: { text, markdown: page ?? text },
    defaultConfiguration: { level: severity },
    properties: { tags: [topic, 'postgresql', 'migrations'] },
  };
}

function result(finding: Finding, ruleIndex: number | undefined, fingerprint: string, options: FormatOptions) {
  const { rule, severity, allowed, lock, relation, blocks, rewrite, scan, rows, bytes } = finding;
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: severity,
    message: { text: literal(findingMessage(finding)) },
    locations: [{ physicalLocation: { artifactLocation: artifact(finding.file, options), region: region(finding) } }],
    partialFingerprints: { 'ruleFileTableLine/v1': fingerprint },
    suppressions: allowed === null ? [] : [{ kind: 'inSource', status: 'accepted', justification: visible(allowed) }],
    properties: { lock, relation, blocks, rewrite, scan, rows, bytes },
  };
}

/** A line of megabytes, such as rows of an INSERT, would be in the log once a finding. */
const SNIPPET_MAX = 2000;

function region({ line, column, endLine, endColumn, lineText }: Finding) {
  return {
    startLine: line,
    startColumn: column,
    endLine: Math.max(line, endLine),
    endColumn: endLine > line ? endColumn : Math.max(column, endColumn),
    ...(lineText.length > SNIPPET_MAX ? {} : { snippet: { text: lineText } }),
  };
}

/** A URI reference: each part of the path escaped, and none of them taken for a scheme. */
function artifact(file: string, { pathOf }: FormatOptions) {
  const path = pathOf(file);
  const [, drive = '', rest = ''] = /^([A-Za-z]:)?(.*)$/s.exec(path) ?? [];
  const uri = rest
    .replace(/\p{Cs}/gu, '\uFFFD')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  if (drive !== '') return { uri: `file:///${drive}${uri}` };
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: '%SRCROOT%' };
}

function notification({ file, line, column, reason }: NotUnderstoodStatement, options: FormatOptions) {
  const region = { startLine: line, startColumn: column };
  return {
    level: 'note',
    message: { text: literal(`Not understood, and judged by its leading words: ${reason}`) },
    locations: [{ physicalLocation: { artifactLocation: artifact(file, options), region } }],
  };
}

/** `{0}` would be the place of an argument, and `[text](0)` a link (section 3.11 of the standard). */
function literal(text: string): string {
  return visible(text)
    .replace(/\{(\d+)\}/g, '{{$1}}')
    .replace(/\[(?=[^\]]*\]\()/g, '\\[');
}
