import { isFault } from '../../lint/fault.ts';
import { type Finding, SEVERITIES, type Severity } from '../../lint/finding.ts';
import { counts, type FailOn, type LintBasis, type LintReport } from '../../lint/report.ts';
import { count } from '../../problem/quantity.ts';
import { visibleLine, visibleName } from '../visible.ts';

/** `2 errors, 1 note`; '' for none. What is allowed is not counted. */
export function countsText(findings: readonly Finding[]): string {
  const open = findings.filter(({ allowed }) => allowed === null);
  return SEVERITIES.flatMap((severity) => {
    const amount = open.filter((one) => one.severity === severity).length;
    return amount > 0 ? [count(amount, severity)] : [];
  }).join(', ');
}

export function worst(findings: readonly Finding[]): Severity | undefined {
  const open = findings.filter(({ allowed }) => allowed === null);
  return SEVERITIES.find((severity) => open.some((one) => one.severity === severity));
}

/** The last sentences of the text: what was found in how many files, and what is not in that number. */
export function summaryTexts(report: LintReport, verbose: boolean): string[] {
  const { files, statements, findings, rules, notUnderstood } = report;
  const open = findings.filter(({ allowed }) => allowed === null);
  const allowed = findings.length - open.length;
  const judged = `${count(files.length, 'file')}, ${count(statements, 'statement')}, ${count(rules.length, 'rule')}`;
  const touched = new Set(open.map(({ file }) => file)).size;
  const left = unjudged(report);
  const found =
    open.length === 0
      ? `Nothing found: ${judged}.`
      : `${countsText(open)} in ${touched} of ${count(files.length + left, 'file')}.`;
  return [
    found,
    ...(left > 0 ? [`${count(left, 'file')} could not be judged.`] : []),
    ...(notUnderstood.length > 0
      ? [`${count(notUnderstood.length, 'statement')} not understood, and judged by the leading words.`]
      : []),
    ...(allowed > 0
      ? [`${count(allowed, 'finding')} allowed on record${verbose ? '' : `: --verbose lists ${them(allowed)}`}.`]
      : []),
  ];
}

function them(amount: number): string {
  return amount === 1 ? 'it' : 'them';
}

/** The first line on stderr: what was known when the files were judged. */
export function basisText(basis: LintBasis, fileCount: number): string {
  return `${knownText(basis, fileCount)}. ${serverText(basis)}.`;
}

function knownText({ set, source, database, unasked, statisticsFile, takenAt }: LintBasis, fileCount: number): string {
  const which = `${count(fileCount, set === 'pending' ? 'pending file' : 'file')}`;
  if (source === 'database')
    return `Database ${visibleName(database ?? '')}: ${which}, judged by its sizes and traffic`;
  if (source === 'statistics') {
    const of = database === null ? '' : ` of ${visibleName(database)}`;
    const when = takenAt === null ? '' : `, taken ${takenAt.slice(0, 10)}`;
    return `Statistics${of} in ${visibleName(statisticsFile ?? '')}${when}: ${which}`;
  }
  const why =
    unasked === null ? 'No database' : `The database was not asked (${visibleLine(unasked).replace(/\.$/, '')})`;
  return `${why}: ${set === 'all' ? 'every file is judged as if those before it were applied' : which}, sizes unknown`;
}

function serverText({ serverMajor, serverMajorFrom }: LintBasis): string {
  const which = `For PostgreSQL ${serverMajor}`;
  return serverMajorFrom === 'default' ? `${which} (--server-version names another)` : which;
}

/** How many files could not be judged. */
export function unjudged({ findings }: LintReport): number {
  return new Set(findings.filter(isFault).map(({ file }) => file)).size;
}

/** How many findings make the command end with status 3. */
export function failing({ findings }: LintReport, failOn: FailOn): number {
  return findings.filter((finding) => counts(finding, failOn)).length;
}
