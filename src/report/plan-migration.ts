import type { ForecastLock } from '../forecast/forecast.ts';
import { isNoticed } from '../forecast/noticed.ts';
import type { PlannedStatementView, PlannedStep, PlannedView } from '../forecast/plan-report.ts';
import type { Finding } from '../lint/finding.ts';
import { count } from '../problem/quantity.ts';
import { type PlanPage, severities, shortName, sizeText } from './plan-words.ts';
import type { Style } from './style.ts';
import { visibleLine, visibleName } from './visible.ts';
import { cut, wrap } from './width.ts';

/** One migration of a plan with what is found about it. */
export interface PlacedMigration {
  readonly migration: PlannedView;
  /** From 1. */
  readonly place: number;
  /** Of the linter, those that nobody has accepted. */
  readonly findings: readonly Finding[];
  /** There are many: what is over in an instant is said in one line. */
  readonly crowded: boolean;
}

/** Its transactions, locks and times, what it destroys and what its way back loses; one line where there is nothing to it. */
export function migrationLines(placed: PlacedMigration, page: PlanPage): string[] {
  const { migration, place, findings } = placed;
  const { style, width } = page;
  const title = `${place}. ${style.strong(visibleName(migration.version))} ${style.faint(`(${visibleName(migration.file)})`)}`;
  if (!page.verbose && isBrief(placed)) return [wrap(`${title}: ${inBrief(migration)}`, width, '   ')];
  const sized = new Set<string>();
  return [
    wrap(title, width, '   '),
    ...(page.verbose ? [labelled('order', migration.why, page)] : []),
    ...needLines(migration, page),
    labelled('runs', modeText(migration), page),
    ...migration.steps.flatMap((step, i) => stepLines(step, migration, i, { ...page, sized })),
    ...(couldBeWhole(migration) ? [labelled('advice', COULD_BE_WHOLE, page)] : []),
    ...migration.destroys.map((what) => labelled('destroys', what, page, 'bad')),
    ...rollbackLines(migration, page),
    ...(findings.length > 0 ? [labelled('lint', findingsText(findings), page, 'warn')] : []),
  ];
}

/** So many are told of what its SQL needs; more are counted. */
const NEEDS_MAX = 3;

/** By its header with a line, by its SQL with a dashed one. */
function needLines({ needs }: PlannedView, page: PlanPage): string[] {
  const declared = needs
    .filter((one) => one.declared)
    .map(({ version }) => `── ${visibleName(version)} by its Depends: header`);
  const inferred = needs.flatMap(({ version, inferred: how, line }) =>
    how === null ? [] : [`┄┄ ${visibleName(version)} by its SQL: ${how}${line === null ? '' : `, line ${line}`}`],
  );
  const shown = page.verbose ? inferred : inferred.slice(0, NEEDS_MAX);
  const more =
    inferred.length > shown.length ? [`┄┄ and ${inferred.length - shown.length} more by its SQL (--verbose)`] : [];
  return [...declared, ...shown, ...more].map((line) => labelled('needs', line, page));
}

function isBrief({ migration, findings, crowded }: PlacedMigration): boolean {
  const { steps, mode, destroys, depends } = migration;
  const noticed = steps.flatMap(({ statements }) => statements.filter(isNoticed));
  const isQuiet = crowded ? noticed.every(isShort) : noticed.length === 0 && depends.length === 0;
  return isQuiet && mode === 'transaction' && destroys.length === 0 && !findings.some(isError);
}

function isShort({ time, rewrites, unforeseen }: PlannedStatementView): boolean {
  return time === 'an instant' && unforeseen === null && !rewrites;
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** So many tables are named; more are counted. */
const NAMED_MAX = 3;

function inBrief({ steps }: PlannedView): string {
  const statements = count(statementsIn(steps), 'statement');
  const locks = steps.flatMap((step) => step.statements.flatMap((one) => one.locks.filter(isFelt)));
  const tables = [...new Set(locks.map((lock) => shortName(lock.table ?? lock.relation)))];
  if (tables.length === 0) return `${statements} that nobody notices`;
  const more = tables.length > NAMED_MAX ? ` and ${tables.length - NAMED_MAX} more` : '';
  return `${statements}; ${visibleLine(tables.slice(0, NAMED_MAX).join(', '))}${more} for an instant`;
}

function isFelt({ isNew, stalls }: ForecastLock): boolean {
  return !isNew && stalls !== null;
}

function statementsIn(steps: readonly PlannedStep[]): number {
  return steps.reduce((sum, step) => sum + step.statementCount, 0);
}

const COULD_BE_WHOLE =
  'without CONCURRENTLY this would be one transaction, all or nothing, over in an instant by the size of the tables';

/** Nothing but builds on small tables is why it is applied in steps, of which a failure leaves the first. */
function couldBeWhole({ mode, steps }: PlannedView): boolean {
  const outside = steps.filter(({ transactional }) => !transactional).flatMap(({ statements }) => statements);
  return mode === 'steps' && steps.length > 1 && !steps.some(({ done }) => done) && outside.every(isSmallBuild);
}

function isSmallBuild({ forms, time }: PlannedStatementView): boolean {
  return time === 'an instant' && forms.some((form) => /INDEX.* CONCURRENTLY/.test(form));
}

const INDENT = '   ';
const LABEL = 10;

function labelled(label: string, text: string, { width, style }: PlanPage, color: keyof Style = 'faint'): string {
  const room = width - INDENT.length - LABEL;
  const [first = '', ...more] = wrap(visibleLine(text), room).split('\n');
  const rest = more.map((line) => `${INDENT}${' '.repeat(LABEL)}${line}`);
  return [`${INDENT}${style[color](label.padEnd(LABEL))}${first}`, ...rest].join('\n');
}

function modeText({ mode, steps, file }: PlannedView): string {
  if (mode === 'transaction') return `${count(statementsIn(steps), 'statement')} in one transaction`;
  if (mode === 'batches' && /\.(?:ts|mjs)$/.test(file))
    return 'its code in batches by key, of which each is written in a short transaction';
  if (mode === 'batches')
    return `${count(statementsIn(steps), 'statement')} in batches by key, each a short transaction`;
  const done = steps.filter((step) => step.done).length;
  const also = done > 0 ? `, ${done} of them done by an earlier run` : '';
  return `${count(steps.length, 'step')}, each recorded by itself${also}`;
}

/** `sized`: tables whose size was said already. */
interface StepPage extends PlanPage {
  readonly sized: Set<string>;
}

function stepLines(step: PlannedStep, { mode }: PlannedView, index: number, page: StepPage): string[] {
  const head = mode === 'steps' ? [labelled(`step ${index + 1}`, stepText(step), page)] : [];
  if (step.done) return head;
  const shown = page.verbose || !step.transactional ? step.statements : step.statements.filter(isNoticed);
  const left = step.statementCount - shown.length;
  const what = left === step.statementCount && mode === 'steps' ? 'nobody notices' : `${left} more that nobody notices`;
  return [
    ...head,
    ...shown.flatMap((one) => statementLines(one, page)),
    ...(left > 0 ? [labelled('', what, page)] : []),
  ];
}

function stepText({ transactional, reason, done, statementCount }: PlannedStep): string {
  const how = transactional ? `a transaction of ${count(statementCount, 'statement')}` : 'outside a transaction';
  return [how, ...(reason ? [reason] : []), ...(done ? ['done by an earlier run'] : [])].join(': ');
}

function statementLines(one: PlannedStatementView, page: StepPage): string[] {
  const { style, width } = page;
  const place = `${INDENT}line ${one.line}`.padEnd(INDENT.length + LABEL);
  const sql = cut(visibleLine(one.sql).replace(/\s+/g, ' '), width - place.length);
  const work = workText(one);
  return [
    `${style.place(place)}${sql}`,
    ...locksToSay(one, page.verbose).map((lock) => labelled('', lockText(lock, page.sized), page)),
    ...(work === undefined ? [] : [labelled('', work, page)]),
    ...(one.unforeseen === null ? [] : [labelled('', `not foreseen: ${one.unforeseen}`, page)]),
  ];
}

/** An index says nothing that its table does not, unless it is locked more strongly. */
function locksToSay({ locks, forms }: PlannedStatementView, verbose: boolean): ForecastLock[] {
  if (verbose) return [...locks];
  const isConcurrent = forms.some((form) => form.includes('CONCURRENTLY'));
  return locks.filter((lock) => {
    if (isConcurrent && lock.mode === 'ShareUpdateExclusiveLock' && lock.table === null) return !lock.isNew;
    const table = locks.find(({ relation }) => relation === lock.table);
    return isFelt(lock) && table?.stalls !== lock.stalls && table?.stalls !== 'reads and writes';
  });
}

function lockText(lock: ForecastLock, sized: Set<string>): string {
  const { relation, isNew, stalls, blocks } = lock;
  const size = isNew ? 'new' : sized.has(relation) ? undefined : sizeText(lock);
  sized.add(relation);
  const on = `${lock.lock} on ${shortName(relation)}${size ? ` (${size})` : ''}`;
  if (isNew) return on;
  return stalls === null ? `${on}: in the way of ${blocks}` : `${on}: ${stalls} wait`;
}

const CHANGES_ROWS = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

function workText({ rewrites, time, forms, unforeseen }: PlannedStatementView): string | undefined {
  if (time === 'an instant' || (unforeseen !== null && time === 'unknown')) return undefined;
  const long = time === 'unknown' ? 'how long is not known' : `takes ${time}`;
  if (forms.some((form) => CHANGES_ROWS.has(form.split(' ')[0] ?? ''))) {
    return time === 'unknown'
      ? `changes rows: ${long}`
      : `changes rows: takes ${time} at most, while writes to them wait`;
  }
  return `${rewrites ? 'writes the table anew' : 'reads every row'}: ${long}`;
}

function rollbackLines({ rollback }: PlannedView, page: PlanPage): string[] {
  if (rollback.kind === 'none' && rollback.reason !== null) return [labelled('way back', rollback.reason, page)];
  if (rollback.kind === 'none') return [labelled('way back', 'none is written', page, 'warn')];
  if (rollback.kind === 'irreversible') return [labelled('way back', `none: ${rollback.reason ?? ''}`, page)];
  return rollback.loses.map((what, i) => labelled(i === 0 ? 'way back' : '', `loses ${what}`, page));
}

/** So many rules are named; the rest is counted. */
const RULES_MAX = 3;

function findingsText(findings: readonly Finding[]): string {
  const rules = [...new Set([...findings].sort(worstFirst).map(({ rule }) => rule))];
  const more = rules.length > RULES_MAX ? ', …' : '';
  return `${severities(findings)} (${rules.slice(0, RULES_MAX).join(', ')}${more})`;
}

const WORST = ['error', 'warning', 'note'];

function worstFirst(a: Finding, b: Finding): number {
  return WORST.indexOf(a.severity) - WORST.indexOf(b.severity);
}
