import type { Finding, Fix, Severity } from '../../lint/finding.ts';
import { excerpt } from '../excerpt.ts';
import type { Style } from '../style.ts';
import { visible, visibleLine, visibleName } from '../visible.ts';
import { wrap } from '../width.ts';
import { fixLines } from './fix-sql.ts';
import { wrapSql } from './sql-wrap.ts';
import { allowLine, effectText } from './words.ts';

export interface Look {
  readonly width: number;
  readonly style: Style;
  /** Everything in full, notes and what is allowed too. */
  readonly verbose: boolean;
}

/** What is said once for all findings of a rule. */
export interface Said {
  readonly why: boolean;
  readonly accept: boolean;
}

const LABEL = 12;
const INDENT = ' '.repeat(LABEL);
/** Of one fix; all of it is in `--json` and with `--verbose`. */
const FIX_LINES_MAX = 24;
/** So few more are not worth being left out. */
const SLACK = 8;

export function severityMark(severity: Severity, style: Style): (text: string) => string {
  return { error: style.bad, warning: style.warn, note: style.place }[severity];
}

/** A finding in full: what, where with the line and a caret, the lock, why, the SQL to use instead, how to accept it. */
export function findingBlock(finding: Finding, look: Look, already: Said): string[] {
  const { style, width } = look;
  const mark = severityMark(finding.severity, style);
  const head = `${mark(`${finding.severity}[${finding.rule}]`)}: ${style.strong(visibleLine(finding.message))}`;
  return [
    ...wrap(head, width, '  ').split('\n'),
    ...place(finding, look, mark),
    ...labelled('lock', effectText(finding), look),
    ...(finding.why === null || already.why ? [] : labelled('why', finding.why, look)),
    ...(finding.fix ? instead(finding.fix, finding.statement, look) : []),
    ...(already.accept ? [] : labelled('accept', allowLine(finding), look)),
  ];
}

/** The same in one line or two. */
export function findingLine(finding: Finding, { style, width }: Look): string[] {
  const mark = severityMark(finding.severity, style);
  const head = `${mark(`${finding.severity}[${finding.rule}]`)} ${style.place(placeOf(finding))}`;
  const reason = finding.allowed === null ? [] : [style.faint(`allowed: ${visibleLine(finding.allowed)}`)];
  const texts = [visibleLine(finding.message), ...reason];
  return [...wrap(head, width, '  ').split('\n'), ...texts.flatMap((text) => wrap(`  ${text}`, width).split('\n'))];
}

function placeOf({ file, line, column }: Finding): string {
  return `${visibleName(file)}:${line}:${column}`;
}

function place(finding: Finding, { style, width }: Look, mark: (text: string) => string): string[] {
  const number = String(finding.line);
  const gutter = ' '.repeat(number.length);
  if (finding.lineText === '') return [` ${style.faint('-->')} ${style.place(placeOf(finding))}`];
  const [line, caret] = excerpt(finding.lineText, finding.column, width - number.length - 3);
  const bar = style.faint('|');
  return [
    `${gutter}${style.faint('-->')} ${style.place(placeOf(finding))}`,
    `${gutter} ${bar}`,
    `${style.faint(number)} ${bar} ${line.trimEnd()}`,
    `${gutter} ${bar} ${mark(caret)}`,
  ];
}

function labelled(label: string, text: string | undefined, { style, width }: Look): string[] {
  if (text === undefined || text === '') return [];
  const lines = visible(text)
    .split('\n')
    .flatMap((line) => wrap(line, width - LABEL).split('\n'));
  return lines.map((line, index) => (index === 0 ? style.faint(`${label}:`.padEnd(LABEL)) : INDENT) + line);
}

function instead(fix: Fix, statement: string | null, look: Look): string[] {
  const { style, width, verbose } = look;
  const lines = fixLines(fix, verbose ? { withRollback: true } : { shortOf: statement });
  const whole = verbose || lines.length <= FIX_LINES_MAX + SLACK;
  const shown = whole ? lines : lines.slice(0, FIX_LINES_MAX);
  const more = lines.length - shown.length;
  const sql = shown.flatMap((line) => wrapSql(line, width - LABEL));
  return [
    ...labelled('instead', visibleLine(fix.title), look),
    ...sql.map((line) => INDENT + (/^ *--/.test(line) ? style.faint(line) : style.good(line))),
    ...(more > 0 ? [`${INDENT}${style.faint(`… (${more} more lines: --verbose)`)}`] : []),
  ];
}
