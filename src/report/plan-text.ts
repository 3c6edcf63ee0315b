import type { ForecastLock } from '../forecast/forecast.ts';
import type {
  PlanBlocker,
  PlannedStatementView,
  PlannedStep,
  PlannedView,
  PlanReport,
} from '../forecast/plan-report.ts';
import { count, formatBytes } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { visibleLine, visibleName } from './visible.ts';
import { cut, wrap } from './width.ts';

interface Page {
  readonly width: number;
  readonly style: Style;
  /** Every statement, not only those that somebody notices. */
  readonly verbose: boolean;
  /** Hides secrets, before a text is cut. */
  readonly mask: (text: string) => string;
}

/** A plan for people: each migration with its transactions, locks and times, what the server says now, what going back loses. */
export function planLines(report: PlanReport, page: Page): string[] {
  const { bound, migrations, skipped } = report;
  if (migrations.length === 0) {
    return [`Nothing to apply to ${visibleLine(bound.database)}.`, ...skippedLines(skipped, page)];
  }
  const { style } = page;
  const head = `Plan for ${bound.database} (PostgreSQL ${bound.serverVersion}): ${count(migrations.length, 'migration')}`;
  return [
    style.strong(wrap(visibleLine(head), page.width, '  ')),
    ...migrations.flatMap((one, i) => ['', ...migrationLines(one, i + 1, report, page)]),
    ...skippedLines(skipped, page),
    ...serverLines(report, page),
    ...list('Notes:', report.notes, page),
    '',
    ...verdict(report, page),
  ];
}

function migrationLines(one: PlannedView, place: number, report: PlanReport, page: Page): string[] {
  const { style, width } = page;
  const findings = report.findings.filter(({ version, allowed }) => version === one.version && allowed === null);
  return [
    wrap(`${place}. ${style.strong(one.version)} ${style.faint(`(${visibleName(one.file)})`)}`, width, '   '),
    labelled('order', one.why, page),
    labelled('runs', modeText(one), page),
    ...one.steps.flatMap((step, i) => stepLines(step, one, i, page)),
    ...one.destroys.map((what) => labelled('destroys', what, page, style.bad)),
    ...rollbackLines(one, page),
    ...(findings.length > 0 ? [labelled('lint', findingsText(findings), page, style.warn)] : []),
  ];
}

const INDENT = '   ';
const LABEL = 10;

function labelled(label: string, text: string, { width, style }: Page, color = style.faint): string {
  const room = width - INDENT.length - LABEL;
  const [first = '', ...more] = wrap(visibleLine(text), room).split('\n');
  const rest = more.map((line) => `${INDENT}${' '.repeat(LABEL)}${line}`);
  return [`${INDENT}${color(label.padEnd(LABEL))}${first}`, ...rest].join('\n');
}

function modeText({ mode, steps }: PlannedView): string {
  const statements = steps.reduce((sum, step) => sum + step.statements.length, 0);
  if (mode === 'transaction') return `${count(statements, 'statement')} in one transaction, with the record`;
  const done = steps.filter((step) => step.done).length;
  const also = done > 0 ? `, ${done} of them done by an earlier run` : '';
  return `${count(steps.length, 'step')}, each recorded by itself${also}`;
}

function stepLines(step: PlannedStep, { mode }: PlannedView, index: number, page: Page): string[] {
  const remarkable = page.verbose ? step.statements : step.statements.filter(isRemarkable);
  const left = step.statements.length - remarkable.length;
  const head = mode === 'steps' ? [labelled(`step ${index + 1}`, stepText(step), page)] : [];
  const more = left > 0 ? [labelled('', `${count(left, 'statement')} that nobody notices`, page)] : [];
  return [...head, ...remarkable.flatMap((one) => statementLines(one, page)), ...more];
}

function stepText({ transactional, reason, done, statements }: PlannedStep): string {
  const how = transactional ? `a transaction of ${count(statements.length, 'statement')}` : 'outside a transaction';
  return [how, ...(reason ? [reason] : []), ...(done ? ['done by an earlier run'] : [])].join(': ');
}

function isRemarkable({ locks, rewrites, scans, time }: PlannedStatementView): boolean {
  return rewrites || scans || time !== 'an instant' || locks.some((lock) => !lock.isNew && lock.stalls);
}

function statementLines(one: PlannedStatementView, page: Page): string[] {
  const { style, width, mask } = page;
  const place = `${INDENT}line ${one.line}`.padEnd(INDENT.length + LABEL);
  const sql = cut(visibleLine(mask(one.sql)).replace(/\s+/g, ' '), width - place.length);
  const locks = one.locks.filter((lock) => page.verbose || (!lock.isNew && lock.stalls));
  return [
    `${style.place(place)}${sql}`,
    ...locks.map((lock) => labelled('', lockText(lock), page)),
    ...(one.time === 'an instant' ? [] : [labelled('', workText(one), page)]),
  ];
}

function lockText({ relation, lock, blocks, rows, bytes, isNew }: ForecastLock): string {
  const size = isNew ? 'new' : sizeText(rows, bytes);
  return `${lock} on ${relation} (${size}): holds up ${blocks}`;
}

function sizeText(rows: number | null, bytes: number | null): string {
  if (bytes === null) return 'size not known';
  const counted = rows === null ? 'never analyzed' : `${Math.round(rows).toLocaleString('en')} rows`;
  return `${counted}, ${formatBytes(bytes)}`;
}

function workText({ rewrites, scans, time }: PlannedStatementView): string {
  const what = rewrites ? 'writes the table anew' : scans ? 'reads every row' : 'works on rows';
  return `${what}: ${time === 'unknown' ? 'nobody knows how long' : `takes ${time}`}`;
}

function rollbackLines({ rollback }: PlannedView, page: Page): string[] {
  const { style } = page;
  if (rollback.kind === 'none') return [labelled('way back', 'none is written', page, style.warn)];
  if (rollback.kind === 'irreversible') return [labelled('way back', `none: ${rollback.reason ?? ''}`, page)];
  if (rollback.loses.length === 0) return [];
  return rollback.loses.map((what, i) => labelled(i === 0 ? 'way back' : '', `loses ${what}`, page));
}

function findingsText(findings: PlanReport['findings']): string {
  const by = (severity: string) => findings.filter((one) => one.severity === severity).length;
  const counts = [by('error'), by('warning'), by('note')] as const;
  const words = (['error', 'warning', 'note'] as const).flatMap((word, i) => {
    return counts[i] ? [count(counts[i], word)] : [];
  });
  const rules = [...new Set(findings.map(({ rule }) => rule))].slice(0, 3).join(', ');
  return `${words.join(', ')} (${rules}${new Set(findings.map(({ rule }) => rule)).size > 3 ? ', …' : ''})`;
}

function skippedLines(skipped: PlanReport['skipped'], { style, width }: Page): string[] {
  return skipped.flatMap(({ version, reason }) => [
    '',
    wrap(style.warn(`${version} is skipped: ${visibleLine(reason)}`), width, '  '),
  ]);
}

function serverLines({ preflight, blockers }: PlanReport, page: Page): string[] {
  return [
    ...list(
      'On the server now:',
      preflight.flatMap(({ found, next }) => [`${found}. ${next}`]),
      page,
    ),
    ...list('In the way now:', blockers.map(blockerLine), page),
  ];
}

function blockerLine({ relation, lock, holder, next }: PlanBlocker): string {
  return `${relation} (${lock} is needed): ${holder}. ${next}`;
}

function list(title: string, entries: readonly string[], { width, style }: Page): string[] {
  if (entries.length === 0) return [];
  return ['', style.strong(title), ...entries.map((one) => wrap(`  - ${visibleLine(one)}`, width, '  '))];
}

function verdict({ migrations, blockers, findings }: PlanReport, { style, width }: Page): string[] {
  const errors = findings.filter(({ severity, allowed }) => severity === 'error' && allowed === null).length;
  const stalling = migrations.flatMap((one) => one.steps.flatMap((step) => step.statements)).filter(stalls).length;
  const parts = [
    stalling > 0 ? `${count(stalling, 'statement')} hold up the application while they work` : '',
    errors > 0 ? `lint finds ${count(errors, 'error')}: taskflow-db lint` : '',
    blockers.length > 0 ? `${count(blockers.length, 'lock')} not to be had at this moment` : '',
  ].filter((part) => part !== '');
  const text =
    parts.length > 0 ? `${parts.join('; ')}.` : 'Nothing here holds up the application for longer than a moment.';
  const color = parts.length > 0 ? style.warn : style.good;
  return [wrap(color(text), width), 'Nothing was run.'];
}

function stalls({ locks, time }: PlannedStatementView): boolean {
  return time !== 'an instant' && locks.some((lock) => !lock.isNew && lock.stalls);
}
