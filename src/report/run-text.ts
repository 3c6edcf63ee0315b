import { formatDuration } from '../problem/quantity.ts';
import type { RunEvent } from './events.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

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
    case 'retry':
      return [`  ${style.warn(retryText(event))}`];
    case 'applied':
      return [doneLine(event, 'applied', style)];
    case 'rolled_back':
      return [doneLine(event, 'rolled back', style)];
    case 'skipped':
      return [`  ${style.warn(`${event.version} skipped: ${visibleLine(event.reason)}`)}`];
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
      return [];
  }
}

/** What the progress line says after this event, or undefined where it stays as it is. */
export function progressText(event: RunEvent): string | undefined {
  if (event.kind === 'started') {
    return `  [${event.index}/${event.total}] ${event.version}: ${event.statements} statement${event.statements === 1 ? '' : 's'} ...`;
  }
  if (event.kind === 'waiting') return waitingLine(event);
  if (event.kind === 'statement')
    return `  ${event.version}: statement ${event.index} of ${event.total} done (${event.tag})`;
  return undefined;
}

type Of<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>;

function initializedLine(event: Of<'initialized'>): string {
  const where = `in schema ${event.schema}`;
  return event.upgradedFrom === undefined
    ? `Created the tracking tables ${where}.`
    : `Upgraded the tracking tables ${where}; no row was changed.`;
}

function waitingLine(event: Of<'waiting'>): string {
  const { holder } = event;
  const pid = holder?.worker?.pid ?? holder?.pid;
  const who = holder
    ? `the run of ${holder.user} on ${holder.host} (pid ${pid}, since ${holder.since})`
    : 'another run';
  return `Waiting for ${visibleLine(who)}: ${formatDuration(event.waitedMs)} of at most ${formatDuration(event.waitMs)} ...`;
}

function retryText({ version, reason, attempt, waitMs }: Of<'retry'>): string {
  return `${version}: ${visibleLine(reason)}; try ${attempt + 1} in ${formatDuration(waitMs)}`;
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
