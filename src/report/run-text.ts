import { formatBytes, formatCount, formatDuration } from '../problem/quantity.ts';
import { blockerName, blockerText } from './blocker.ts';
import type { RunEvent } from './events.ts';
import { evidenceText } from './held-text.ts';
import { keptAmount } from './kept-text.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { cut, wrap } from './width.ts';

/**
 * The lines, at most `width` columns wide, that an event is worth on a terminal or in a log; none for those that only move
 * the progress line. Text from outside (messages of the server) is made visible, so that it cannot write over anything.
 */
export function runLines(event: RunEvent, { style, width }: { style: Style; width: number }): string[] {
  return linesOf(event, style).map((line) => wrap(line, width, '  '));
}

function linesOf(event: RunEvent, style: Style): string[] {
  switch (event.kind) {
    case 'target':
      return [style.faint(`Using ${visibleLine(event.description)}${event.created ? ' (just created)' : ''}`)];
    case 'initialized':
      return [initializedLine(event)];
    case 'adopted':
      return [`Adopted as baseline, because their objects are there: ${event.versions.join(', ')}`];
    case 'waiting':
      return event.first ? [waitingLine(event)] : [];
    case 'lock_wait':
      return event.news ? lockLines(event, style) : [];
    case 'blocker_cancelled':
      return [
        `  ${style.warn(`${event.version}: ${event.how} ${blockerName(event.blocker)}, as --cancel-blockers asks`)}`,
      ];
    case 'preflight':
      return preflightLines(event, style);
    case 'applied':
      return [doneLine(event, 'applied', style)];
    case 'rolled_back':
      return [doneLine(event, 'rolled back', style)];
    case 'kept':
      return [`  ${keptText(event)}`];
    case 'kept_in_file':
      return [inFileLine(event, style)];
    case 'put_back':
      return putBackLines(event, style);
    case 'skipped':
      return [`  ${style.warn(`${event.version} skipped: ${visibleLine(event.reason)}`)}`];
    case 'held':
      return heldLines(event, style);
    case 'failed':
      return [`  ${style.bad(`${event.version} failed`)}`];
    case 'notice':
      return noticeLines(event, style);
    case 'warning':
      return [style.warn(`Warning: ${visibleLine(event.message)}`)];
    case 'note':
      return [style.faint(visibleLine(event.message))];
    case 'plan':
    case 'started':
    case 'statement':
    case 'progress':
    case 'data_progress':
    case 'backup_progress':
    case 'restore_progress':
      return [];
    case 'backed_up':
      return [style.faint(`Full backup ${event.id}: ${formatBytes(event.bytes)} in ${formatDuration(event.ms)}`)];
  }
}

type Of<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>;

function keptText({ relation, columns, rows, store }: Of<'kept'>): string {
  return `kept ${keptAmount(relation, columns, rows)} in ${store}`;
}

function inFileLine({ version, id, bytes, ofEarlierRun }: Of<'kept_in_file'>, style: Style): string {
  const what = `What ${version} destroyed is in the file backup ${id} (${formatBytes(bytes)})`;
  return ofEarlierRun ? style.warn(`${what}; an earlier run had left it in the schema`) : style.faint(what);
}

const LEFT: Readonly<Record<string, string>> = {
  changed: 'changed since, left as they are now',
  gone: 'of rows that are gone',
  exists: 'whose place another row has now',
  absent: 'have no place: the way back does not make it again',
  view: 'come back with REFRESH MATERIALIZED VIEW',
};

function putBackLines({ relation, columns, rows, left, appeared, store }: Of<'put_back'>, style: Style): string[] {
  const kept = Object.entries(left).map(([state, many]) => `${formatCount(many)} ${LEFT[state] ?? state}`);
  return [
    `  put back ${keptAmount(relation, columns, rows)}`,
    ...(kept.length > 0 ? [`  ${style.warn(`not put back: ${kept.join('; ')}. Still in ${store}`)}`] : []),
    ...(appeared > 0
      ? [`  ${style.warn(`${formatCount(appeared)} newer rows of ${relation} had no such value`)}`]
      : []),
  ];
}

function initializedLine(event: Of<'initialized'>): string {
  const where = `in schema ${event.schema}`;
  return event.upgradedFrom === undefined
    ? `Created the tracking tables ${where}.`
    : `Upgraded the tracking tables ${where}; no row was changed.`;
}

/** Whom this run waits for, and how long. */
export function waitingLine(event: Of<'waiting'>): string {
  const { holder } = event;
  const pid = holder?.worker?.pid ?? holder?.pid;
  const who = holder
    ? `the run of ${holder.user} on ${holder.host} (server process ${pid}, since ${holder.since})`
    : 'another run';
  return `Waiting for ${visibleLine(who)}: ${formatDuration(event.waitedMs)} of at most ${formatDuration(event.waitMs)} ...`;
}

/** What is locked and what is done about it, then each blocker on a line. */
function lockLines(event: Of<'lock_wait'>, style: Style): string[] {
  const { version, blockers } = event;
  const shown = blockers
    .slice(0, BLOCKERS_SHOWN)
    .map((one) => `    ${style.faint(cut(blockerText(one), BLOCKER_COLUMNS))}`);
  const more = blockers.length - BLOCKERS_SHOWN;
  return [
    `  ${style.warn(`${version}: ${visibleLine(lockSentence(event))}`)}`,
    ...shown,
    ...(more > 0 ? [`    ${style.faint(`and ${more} more`)}`] : []),
  ];
}

/** What has no relation's name is a row, or an old snapshot: either way a transaction that is to end. */
function lockSentence({ phase, relation, refusals, budgetMs, reason }: Of<'lock_wait'>): string {
  const locked = relation === undefined ? undefined : `${relation} is locked`;
  if (phase === 'waiting') return locked ? `${locked}; waits for it` : 'waits for another transaction to end';
  const gaveWay = refusals === 1 ? 'gave way' : `gave way ${refusals} times`;
  const what = `${locked ?? reason ?? 'a lock was not to be had'}; ${gaveWay}`;
  if (budgetMs === 0) return what;
  return `${what}, tries again${budgetMs === undefined ? '' : ` for at most ${formatDuration(budgetMs)}`}`;
}

const BLOCKERS_SHOWN = 4;

/** Two lines of a terminal of 80 columns. */
const BLOCKER_COLUMNS = 145;

function heldLines({ version, reason, evidence }: Of<'held'>, style: Style): string[] {
  return [
    `  ${style.warn(`${version} held back: ${visibleLine(reason)}`)}`,
    ...evidence
      .filter(({ words }) => words !== reason)
      .map((one) => `    ${style.faint(visibleLine(evidenceText(one)))}`),
  ];
}

function preflightLines({ finding }: Of<'preflight'>, style: Style): string[] {
  return [style.warn(`Warning: ${visibleLine(finding.found)}`), `    ${style.faint(visibleLine(finding.next))}`];
}

function doneLine(event: Of<'applied' | 'rolled_back'>, what: string, style: Style): string {
  const place = `${String(event.index).padStart(String(event.total).length)}/${event.total}`;
  return `  ${style.faint(place)}  ${event.version} ${style.good(what)} ${style.faint(`(${formatDuration(event.ms)})`)}`;
}

function noticeLines(event: Of<'notice'>, style: Style): string[] {
  const loud = event.severity === 'WARNING';
  const line = `${event.version}: ${event.severity}: ${visibleLine(event.message)}`;
  const hint = event.hint ? [`    ${style.faint(`hint: ${visibleLine(event.hint)}`)}`] : [];
  return [`  ${loud ? style.warn(line) : style.faint(line)}`, ...hint];
}
