import { count, formatBytes, formatDuration } from '../problem/quantity.ts';
import type {
  LiveDryRun,
  MetRelation,
  MovedSequence,
  Rehearsal,
  TakenLock,
  TriedMigration,
  TriedStatement,
} from './dry-run.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine, visibleName } from './visible.ts';
import { wrap, wrapHard } from './width.ts';

interface Page {
  readonly width: number;
  readonly style: Style;
  /** Hides secrets: of a password that is cut off in its middle nobody could tell any more that it is one. */
  readonly mask: (text: string) => string;
  /** The tables had no rows: what is told of their size are the target's statistics. */
  readonly empty?: boolean;
}

/** The report of a live dry run for people: each migration with its statements, the verdict, what stays, what it cannot show. */
export function dryRunLines(report: LiveDryRun, page: Page): string[] {
  const { migrations, direction, database, skipped } = report;
  if (migrations.length === 0) return [nothing(report), ...skippedLines(skipped, page)];
  const what = direction === 'apply' ? 'apply' : 'roll back';
  const head = `Live dry run on ${database}: ${what} ${count(migrations.length, 'migration')}, then undo it all`;
  const held = new Map<string, TakenLock['stalls']>();
  return [
    page.style.strong(visibleLine(head)),
    ...migrations.flatMap((one) => ['', ...migrationLines(one, page, held)]),
    ...skippedLines(skipped, page),
    '',
    ...verdict(report, page),
    ...list('Stays although all was rolled back:', [...report.sequences.map(movedText), ...report.stays], page),
    ...list('What a live dry run cannot show:', report.cannotShow, page),
  ];
}

/** The same of a rehearsal. */
export function rehearsalLines(report: Rehearsal, page: Page): string[] {
  const { migrations, database, skipped, scratch, notCopied, outcome, cannotShow } = report;
  if (migrations.length === 0) return [`Nothing to apply in ${visibleLine(database)}.`, ...skippedLines(skipped, page)];
  const { style, width } = page;
  const head = `Rehearsal of ${count(migrations.length, 'migration')} on an empty copy of ${database}, on ${scratch}`;
  const tried = migrations.flatMap((one) => one.statements).filter((one) => one.state === 'passed').length;
  const whole = migrations.every((one) => one.state === 'passed');
  const [color, word] = verdictOf(outcome, whole, style);
  return [
    style.strong(wrap(visibleLine(head), width, '  ')),
    ...migrations.flatMap((one) => ['', ...migrationLines(one, { ...page, empty: true }, new Map())]),
    ...skippedLines(skipped, page),
    '',
    color(`${word}: ${count(tried, 'statement')} went through on the copy, which is dropped.`),
    ...list(
      'Not rehearsed, as it could not be copied:',
      notCopied.map(({ type, name, why }) => `${type} ${name}: ${why}`),
      page,
    ),
    ...list('What a rehearsal cannot show:', cannotShow, page),
  ];
}

function nothing({ direction, database }: LiveDryRun): string {
  return visibleLine(`Nothing to ${direction} in ${database}.`);
}

function skippedLines(skipped: LiveDryRun['skipped'], { style, width }: Page): string[] {
  return skipped.flatMap(({ version, reason }) => {
    return ['', wrap(style.warn(`${version} skipped: ${visibleLine(reason)}`), width, '  ')];
  });
}

/** From so many statements on, those that hold up nobody are folded. */
const STATEMENTS_SHOWN = 40;

/** `held`: what was told of earlier statements. */
function migrationLines(migration: TriedMigration, page: Page, held: Map<string, TakenLock['stalls']>): string[] {
  const { style } = page;
  const { statements } = migration;
  const folds = statements.length > STATEMENTS_SHOWN;
  const shown = folds ? statements.filter(isRemarkable) : statements;
  const folded = statements.length - shown.length;
  const more = folded > 0 ? [`  ${style.faint(`and ${count(folded, 'statement')} that held up nobody`)}`] : [];
  return [
    `${style.strong(migration.version)} ${stateText(migration, style)} ${style.faint(`(${visibleName(migration.file)})`)}`,
    ...statementLines(shown, page, held),
    ...more,
    ...verifyLine(migration, style),
    ...heldLines(migration, page),
  ];
}

function isRemarkable(one: TriedStatement): boolean {
  return one.state !== 'passed' || one.locks.some((lock) => lock.stalls !== null) || one.rewrites.length > 0;
}

function stateText({ state }: TriedMigration, style: Style): string {
  if (state === 'passed') return style.good('goes through');
  if (state === 'failed') return style.bad('failed');
  if (state === 'unfinished') return style.warn('not finished');
  return style.warn(state === 'partly' ? 'goes through, as far as it was tried' : 'not tried');
}

/** The last two as wide as most of what stands in them, so that one table looks like the next. */
const COLUMNS = [
  { title: '  LINE', align: 'right' },
  { title: 'STATEMENT', shrink: 'cut', least: 24 },
  { title: 'ROWS', align: 'right' },
  { title: '   TIME', align: 'right' },
  { title: '    WAL', align: 'right' },
] as const;

/** A table, each of its rows with what it did below it. */
function statementLines(
  statements: readonly TriedStatement[],
  page: Page,
  held: Map<string, TakenLock['stalls']>,
): string[] {
  if (statements.length === 0) return [];
  const { width, style, mask } = page;
  const rows = statements.map((one) => [
    String(one.line),
    visibleLine(mask(one.sql)).replace(/\s+/g, ' '),
    one.rows === null ? '' : String(one.rows),
    one.tag === null ? '' : formatDuration(one.executionTimeMs),
    one.tag === null ? '' : formatBytes(one.walBytes),
  ]);
  const [heading = '', ...lines] = renderTable(COLUMNS, rows, { width, heading: style.faint });
  return [heading, ...statements.flatMap((one, i) => [lines[i] ?? '', ...detailLines(one, page, held)])];
}

const INDENT = ' '.repeat(8);
const LABEL = 10;

function detailLines(one: TriedStatement, page: Page, held: Map<string, TakenLock['stalls']>): string[] {
  const { style } = page;
  if (one.state === 'failed') return [`${INDENT}${style.bad('failed here')}`];
  if (one.state === 'unfinished') return [`${INDENT}${style.warn('ended here')}`];
  if (one.state === 'not-tried') return labelled('not tried', one.reason ?? '', page, style.warn);
  if (one.reason !== null) return labelled('passed', one.reason, page, style.good);
  return [
    ...stallingLocks(one.locks, held).flatMap((lock) => labelled('locks', lockText(lock), page, style.warn)),
    ...one.rewrites.flatMap((rewrite) =>
      labelled(rewrite.type === 'index' ? 'rebuilds' : 'rewrites', rewriteText(rewrite, page), page, style.bad),
    ),
    ...one.scans
      .filter((scan) => page.empty || scan.rowsRead > 0)
      .flatMap((scan) => labelled('scans', scanText(scan, page), page, style.warn)),
  ];
}

/** Those that hold up more than what is held already: of the table that is held alone, its indexes say nothing more. */
function stallingLocks(locks: readonly TakenLock[], held: Map<string, TakenLock['stalls']>): TakenLock[] {
  const fresh = [...locks].sort(strongestFirst).filter(({ relation, stalls }) => {
    if (stalls === null || covers(held.get(relation), stalls)) return false;
    held.set(relation, stalls);
    return true;
  });
  return fresh.filter(({ type, table, stalls }) => type !== 'index' || !covers(held.get(table ?? ''), stalls));
}

function strongestFirst(a: TakenLock, b: TakenLock): number {
  return Number(b.stalls === 'reads and writes') - Number(a.stalls === 'reads and writes');
}

function covers(held: TakenLock['stalls'] | undefined, stalls: TakenLock['stalls']): boolean {
  return held === 'reads and writes' || (held ?? null) === stalls;
}

function lockText(lock: TakenLock): string {
  const mode = lock.mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  const kind = lock.type === 'table' ? '' : `${lock.type} `;
  return `${kind}${lock.relation}${estimate(lock)}: ${mode}, holds up ${lock.blocks}`;
}

/** By the statistics: a look at the table itself would wait for its locks. */
function estimate({ type, estimatedRows, estimatedBytes }: MetRelation): string {
  if (type !== 'table' && type !== 'materialized view') return '';
  if (estimatedRows === null) return ' (never analyzed)';
  const rows = `${estimatedRows.toLocaleString('en-US')} row${estimatedRows === 1 ? '' : 's'}`;
  return ` (about ${rows}, ${formatBytes(estimatedBytes)})`;
}

function rewriteText(rewrite: TriedStatement['rewrites'][number], { empty }: Page): string {
  return `${rewrite.relation}${empty ? estimate(rewrite) : ` (${formatBytes(rewrite.bytes)} anew)`}`;
}

function scanText(scan: TriedStatement['scans'][number], { empty }: Page): string {
  const { relation, scans, rowsRead } = scan;
  if (empty) return `${relation}${estimate(scan)}`;
  return `${relation}: ${count(rowsRead, 'row')} read${scans > 1 ? `, in ${scans} scans` : ''}`;
}

function labelled(label: string, text: string, { width, style }: Page, color: (text: string) => string): string[] {
  const room = width - INDENT.length - LABEL;
  const lines = wrapHard(visibleLine(text), room);
  return lines.map(
    (line, i) => `${INDENT}${(i === 0 ? color : style.faint)((i === 0 ? label : '').padEnd(LABEL))}${line}`,
  );
}

function verifyLine({ verify }: TriedMigration, style: Style): string[] {
  if (verify === null) return [];
  const word =
    verify === 'passed'
      ? style.good('holds')
      : verify === 'failed'
        ? style.bad('does not hold')
        : style.warn('not tried');
  return [`  VERIFY ${word}`];
}

/** The strongest of each relation, for as long as its migration would hold it. */
function heldLines({ held }: TriedMigration, { width, style, empty }: Page): string[] {
  const alone = new Set(held.filter((one) => one.stalls === 'reads and writes').map((one) => one.relation));
  const told = held.filter(
    ({ relation, stalls, table }, i) =>
      !alone.has(table ?? '') && held.findIndex((one) => one.relation === relation && one.stalls === stalls) === i,
  );
  return told
    .filter(({ relation, stalls }) => stalls === 'reads and writes' || !alone.has(relation))
    .slice(0, HELD_SHOWN)
    .map(({ relation, stalls, heldMs }) => {
      const time = empty ? 'from there to its end' : `for ${formatDuration(heldMs)}`;
      const text = `  held up: ${stalls} of ${visibleLine(relation)}, ${time}`;
      return style.warn(wrap(text, width, '    '));
    });
}

const HELD_SHOWN = 10;

function verdict(report: LiveDryRun, { style }: Page): string[] {
  const tried = report.migrations.flatMap((one) => one.statements).filter((one) => one.state === 'passed').length;
  const whole = report.migrations.every((one) => one.state === 'passed');
  const [color, word] = verdictOf(report.outcome, whole, style);
  return [
    color(`${word}: ${count(tried, 'statement')} went through.`),
    `Its transaction was open for ${formatDuration(report.heldMs)}, and is rolled back.`,
  ];
}

function verdictOf(outcome: LiveDryRun['outcome'], whole: boolean, style: Style): [(text: string) => string, string] {
  switch (outcome) {
    case 'passed':
      return whole ? [style.good, 'Would go through'] : [style.warn, 'Would go through, as far as it was tried'];
    case 'failed':
      return [style.bad, 'Would fail'];
    case 'gave-up':
      return [style.bad, 'Gave up waiting for a lock'];
    case 'stopped':
      return [style.warn, 'Stopped'];
    case 'cancelled':
      return [style.warn, 'Cancelled'];
  }
}

function movedText({ sequence, before, after }: MovedSequence): string {
  return `the sequence ${sequence}: ${before ?? 'not used'} before, ${after ?? 'not used'} now`;
}

function list(title: string, items: readonly string[], { width }: Page): string[] {
  if (items.length === 0) return [];
  return [
    '',
    title,
    ...items.map(
      (item) =>
        `  - ${wrap(visibleLine(item), width - 4)
          .split('\n')
          .join('\n    ')}`,
    ),
  ];
}
