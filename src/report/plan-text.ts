import type { PlannedHold } from '../forecast/holds.ts';
import type { PlanBlocker, PlannedView, PlanReport } from '../forecast/plan-report.ts';
import { count } from '../problem/quantity.ts';
import { evidenceText } from './held-text.ts';
import { migrationLines } from './plan-migration.ts';
import { type PlanPage, severities, shortName, sizeText, waitText } from './plan-words.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

/** More migrations than this are shown in brief, as far as nothing is remarkable about them. */
const CROWD = 8;

/**
 * A plan for people. What decides stands first: whether it is harmless, what the application waits for, who is in the way,
 * what is destroyed, what nobody can foresee. Behind it each migration with its transactions, locks and times.
 */
export function planLines(report: PlanReport, page: PlanPage): string[] {
  const { bound, migrations } = report;
  if (migrations.length === 0) {
    return [`Nothing to apply to ${visibleLine(bound.database)}.`, ...endLines(report, page)];
  }
  const statements = migrations.flatMap(({ steps }) => steps).reduce((sum, step) => sum + step.statementCount, 0);
  const size = `${count(migrations.length, 'migration')}, ${count(statements, 'statement')}`;
  const one = bound.choice.singleTransaction ? ', all in one transaction' : '';
  const head = `Plan for ${bound.database} (PostgreSQL ${bound.serverVersion}): ${size}${one}`;
  return [
    page.style.strong(wrap(visibleLine(head), page.width, '  ')),
    verdict(report, page),
    ...list('The application waits:', waits(report), page),
    ...list('In the way now:', someOf(report.blockers).map(blockerLine).concat(more(report.blockers)), page),
    ...destroyed(report, page),
    ...unforeseen(report, page),
    ...list(
      'On the server now:',
      report.preflight.map(({ found, next }) => `${found}. ${next}`),
      page,
    ),
    ...migrationsOf(report, page),
    ...endLines(report, page),
    '',
    'Nothing was run.',
  ];
}

function migrationsOf({ migrations, findings }: PlanReport, page: PlanPage): string[] {
  const crowded = migrations.length > CROWD;
  const blocks = migrations.map((migration, i) => {
    const found = findings.filter(({ version, allowed }) => version === migration.version && allowed === null);
    return migrationLines({ migration, place: i + 1, findings: found, crowded }, page);
  });
  // One-line entries stand together, blocks apart.
  return blocks.flatMap((lines, i) => {
    const apart = i === 0 || lines.length > 1 || (blocks[i - 1]?.length ?? 0) > 1;
    return apart ? ['', ...lines] : lines;
  });
}

/** One line that says whether anything of it needs thought, and what. */
function verdict(report: PlanReport, { style, width }: PlanPage): string {
  const long = new Set(longHolds(report).map(({ relation }) => relation)).size;
  const errors = report.findings.filter(({ severity, allowed }) => severity === 'error' && allowed === null).length;
  const unknown = statementsOf(report).filter(({ unforeseen: why }) => why !== null).length;
  const parts = [
    long > 0 ? `the application waits for ${count(long, 'table')}` : '',
    report.blockers.length > 0 ? `${count(report.blockers.length, 'lock')} not to be had now` : '',
    report.migrations.some(({ destroys }) => destroys.length > 0) ? 'data is destroyed' : '',
    unknown > 0 ? `${count(unknown, 'statement')} not foreseen` : '',
    errors > 0 ? `lint finds ${count(errors, 'error')}` : '',
  ].filter((part) => part !== '');
  if (parts.length === 0)
    return wrap(style.good('Nothing here holds up the application for more than an instant.'), width);
  return wrap(style.warn(`Look at this first: ${parts.join('; ')}.`), width, '  ');
}

function statementsOf({ migrations }: PlanReport) {
  return migrations.flatMap(({ steps }) => steps.filter(({ done }) => !done).flatMap(({ statements }) => statements));
}

function longHolds({ holds }: PlanReport): PlannedHold[] {
  return holds.filter(({ time }) => time !== 'an instant');
}

/** A list is cut behind so many. */
const LIST_MAX = 10;

function someOf<T>(entries: readonly T[]): readonly T[] {
  return entries.slice(0, LIST_MAX);
}

function more(entries: readonly unknown[]): string[] {
  return entries.length > LIST_MAX ? [`and ${entries.length - LIST_MAX} more (see --json)`] : [];
}

function waits(report: PlanReport): string[] {
  const long = longHolds(report);
  const relations = new Set(long.map(({ relation }) => relation));
  const short = [...new Set(report.holds.map(({ relation }) => relation))].filter((name) => !relations.has(name));
  if (long.length === 0) return [];
  return [
    ...someOf(long).map((hold) => holdText(hold, report)),
    ...more(long),
    ...(short.length > 0 ? [`${count(short.length, 'more table')} for an instant: ${named(short)}`] : []),
  ];
}

/** So many tables are named. */
const NAMED_MAX = 3;

function named(relations: readonly string[]): string {
  const rest = relations.length - NAMED_MAX;
  return relations.slice(0, NAMED_MAX).map(shortName).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function holdText(hold: PlannedHold, { bound, migrations }: PlanReport): string {
  const { relation, stalls, time, version, line, goesOn } = hold;
  const isStep = migrations.find((one) => one.version === version)?.mode === 'steps';
  const end = bound.choice.singleTransaction
    ? 'to the end of the run'
    : `to the end of its ${isStep ? 'step' : 'transaction'}`;
  const where = `line ${line} of ${version}`;
  const until = goesOn ? `from ${where} ${end}` : where;
  return `${shortName(relation)} (${sizeText(hold)}): ${stalls} wait${waitText(time)}, ${until}`;
}

function blockerLine({ relation, lock, holder, next }: PlanBlocker): string {
  return `${shortName(relation)} (${lock} is needed): ${holder}. ${next}`;
}

const KEPT: Readonly<Record<PlanReport['backup'], string>> = {
  auto: 'It is kept first, in WHERE, and a rollback puts it back.',
  always: 'A full backup is taken first; the data itself is kept, too, in WHERE, and a rollback puts it back.',
  never: 'Nothing of it is kept: backup is "never".',
};

const WHERE: Readonly<Record<PlanReport['backupTo'], string>> = {
  schema: 'the schema taskflow_backup',
  file: 'the schema taskflow_backup and then in a file',
};

function destroyed({ migrations, backup, backupTo }: PlanReport, page: PlanPage): string[] {
  const what = migrations.flatMap(({ version, destroys }) => destroys.map((one) => `${version}: ${one}`));
  if (what.length === 0) return [];
  const lines = list('Destroyed:', [...someOf(what), ...more(what)], page, 'bad');
  return [...lines, wrap(`  ${KEPT[backup].replace('WHERE', WHERE[backupTo])}`, page.width)];
}

const KEPT_AS_TOLD = 'Of the data that they remove only what their text tells is kept.';
const SEEN_BY = 'A copy shows what they do: taskflow-db migrate --dry-run=rehearse';

function unforeseen({ migrations, backup }: PlanReport, page: PlanPage): string[] {
  const found = migrations.flatMap(({ version, steps }: PlannedView) =>
    steps.flatMap(({ statements, done }) =>
      statements.flatMap((one) =>
        one.unforeseen === null || done ? [] : [`${version}, line ${one.line}: ${one.unforeseen}`],
      ),
    ),
  );
  if (found.length === 0) return [];
  const kept = backup === 'never' ? [] : [wrap(`  ${KEPT_AS_TOLD}`, page.width)];
  return [
    ...list('Not foreseen:', [...someOf(found), ...more(found)], page),
    wrap(`  ${SEEN_BY}`, page.width),
    ...kept,
  ];
}

function endLines({ skipped, held, notes, findings }: PlanReport, page: PlanPage): string[] {
  const open = findings.filter(({ allowed }) => allowed === null);
  return [
    ...list(
      'Skipped:',
      skipped.map(({ version, reason }) => `${version}: ${reason}`),
      page,
    ),
    ...list(
      'Held back:',
      held.flatMap(({ version, reason, evidence }) => [
        `${version}: ${reason}`,
        ...evidence.filter(({ words }) => words !== reason).map((one) => `${version}: ${evidenceText(one)}`),
      ]),
      page,
    ),
    ...list('Notes:', notes, page),
    ...(open.length > 0 ? ['', wrap(`Lint finds ${severities(open)}: taskflow-db lint`, page.width)] : []),
  ];
}

function list(
  title: string,
  entries: readonly string[],
  { width, style }: PlanPage,
  color: 'strong' | 'bad' = 'strong',
): string[] {
  if (entries.length === 0) return [];
  return ['', style[color](title), ...entries.map((one) => wrap(`  - ${visibleLine(one)}`, width, '  '))];
}
