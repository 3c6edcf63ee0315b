import { isFault } from '../../lint/fault.ts';
import type { Finding } from '../../lint/finding.ts';
import type { LintReport } from '../../lint/report.ts';
import { count } from '../../problem/quantity.ts';
import { visibleName } from '../visible.ts';
import { wrap } from '../width.ts';
import { findingBlock, findingLine, type Look, severityMark } from './finding-text.ts';
import { countsText, summaryTexts, worst } from './summary.ts';

/** So many are shown in full, whatever they are. */
const FEW = 10;
/** In a longer list, so many of each rule, and so many in all; the others take a line or two, so that it can still be read. */
const BLOCKS_OF_A_RULE = 2;
const BLOCKS_MAX = 25;

/**
 * The findings for people, file by file, and a summary; each line at most `width` columns. Why a rule exists and how a finding
 * is accepted is said once a rule. Notes take a line or two: nothing stalls for them.
 */
export function lintLines(report: LintReport, look: Look): string[] {
  const { findings } = report;
  const shown = look.verbose ? findings : findings.filter(({ allowed }) => allowed === null);
  const full = inFull(shown, look.verbose);
  const said = new Set<string>();
  const lines = byFile(shown).flatMap(([file, those]) => [
    ...heading(file, those, look),
    ...those.flatMap((finding) => {
      const text = full.has(finding) ? block(finding, look, said) : findingLine(finding, look);
      return [...text, ''];
    }),
  ]);
  return [...lines, ...summary(report, look)];
}

/** A page of a file's findings begins with its name. */
function heading(file: string, findings: readonly Finding[], { style, width }: Look): string[] {
  const counted = countsText(findings);
  const name = style.strong(visibleName(file));
  return [...wrap(counted === '' ? name : `${name}: ${counted}`, width, '  ').split('\n'), ''];
}

function block(finding: Finding, look: Look, said: Set<string>): string[] {
  // What was found and expected in a file that cannot be judged is of that place alone.
  const known = said.has(finding.rule) && !look.verbose && !isFault(finding);
  said.add(finding.rule);
  return findingBlock(finding, look, { why: known, accept: known });
}

/** The worst come first into what is shown in full. */
function inFull(findings: readonly Finding[], verbose: boolean): ReadonlySet<Finding> {
  const open = findings.filter(({ allowed }) => allowed === null);
  if (verbose) return new Set(open);
  const errors = open.filter(({ severity }) => severity === 'error');
  const warnings = open.filter(({ severity }) => severity === 'warning');
  const worth = [...errors, ...warnings];
  if (worth.length <= FEW) return new Set(worth);
  const times = new Map<string, number>();
  const first = worth.filter(({ rule }) => {
    times.set(rule, (times.get(rule) ?? 0) + 1);
    return times.get(rule)! <= BLOCKS_OF_A_RULE;
  });
  return new Set(first.slice(0, BLOCKS_MAX));
}

function byFile(findings: readonly Finding[]): [string, Finding[]][] {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const those = files.get(finding.file);
    if (those) those.push(finding);
    else files.set(finding.file, [finding]);
  }
  return [...files];
}

function summary(report: LintReport, { style, width, verbose }: Look): string[] {
  const severity = worst(report.findings);
  const mark = severity === undefined ? style.good : severityMark(severity, style);
  const [found = '', ...others] = summaryTexts(report, verbose);
  return [mark(found), ...others].flatMap((text) => wrap(text, width, '  ').split('\n'));
}

/** What to do next, for the talk on stderr; nothing where nothing was found. */
export function hintTexts(
  { findings, basis }: LintReport,
  { verbose, fixed }: { verbose: boolean; fixed: boolean },
): string[] {
  const open = findings.filter(({ allowed }) => allowed === null);
  const ofRules = open.filter((one) => !isFault(one));
  const first = ofRules.find(({ severity }) => severity === worst(ofRules));
  const isRefused = fixed || basis.unasked !== null;
  const fixable = open.filter(({ fix }) => fix?.automatic && !isRefused).length;
  const files = basis.source === 'files' ? ' FILE' : '';
  const short = open.length - inFull(findings, verbose).size;
  return [
    ...(short > 0 ? [`${count(short, 'finding')} shown in short: --verbose shows all in full.`] : []),
    ...(fixable > 0 ? [`taskflow-db lint --fix${files} may write ${count(fixable, 'fix', 'fixes')}.`] : []),
    ...(first ? [`More of a rule: taskflow-db lint --explain ${first.rule}`] : []),
  ];
}
