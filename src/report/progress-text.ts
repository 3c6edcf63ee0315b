import { timeLeftText } from '../batch/estimate.ts';
import { formatBytes, formatDuration } from '../problem/quantity.ts';
import { blockerName } from './blocker.ts';
import type { CopiedBytes, RunEvent } from './events.ts';
import { waitingLine } from './run-text.ts';
import { cut } from './width.ts';

type Of<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>;

/** Of a version: what follows it matters more, and the line is cut at its end. */
const VERSION_COLUMNS = 24;

/**
 * What the progress line says after each event, or undefined where it stays as it is. A statement that waits for a lock is
 * heard of from two sides, as a wait and as a step that gets no further: both are told in one line. Whom it waits for, and how
 * long, stands before what can be missed.
 */
export function createProgressText(): (event: RunEvent) => string | undefined {
  let step: Of<'progress'> | undefined;
  let wait: Of<'lock_wait'> | undefined;
  return (event) => {
    switch (event.kind) {
      case 'progress':
        step = event;
        if (event.waitsFor === null) wait = undefined;
        return stepText(step, wait);
      case 'lock_wait':
        wait = event;
        return step?.version === event.version ? stepText(step, wait) : `${head(event)}: ${waits(event)}${on(event)}`;
      case 'started':
      case 'statement':
        step = undefined;
        wait = undefined;
        return event.kind === 'started' ? startedText(event) : statementText(event);
      case 'waiting':
        return waitingLine(event);
      case 'data_progress':
        return dataText(event);
      case 'backup_progress':
        return backupText(event);
      case 'restore_progress':
        return restoreText(event);
      default:
        return undefined;
    }
  };
}

/** What holds it back stands before what can be missed: never a number that does not move, without a reason. */
function dataText(event: Of<'data_progress'>): string {
  const { keys, keysTotal, rows, keysPerSecond, remainingMs, batchMs, held, pass, direction } = event;
  const percent = keysTotal ? ` ${Math.min(100, Math.floor((100 * keys) / keysTotal))} %,` : '';
  const parts = [
    held,
    `${rows.toLocaleString('en')} rows`,
    keysPerSecond === undefined ? undefined : `${Math.round(keysPerSecond).toLocaleString('en')} keys/s`,
    pass > 1 ? `sweep ${pass - 1}` : timeLeftText(remainingMs),
    batchMs === undefined ? undefined : `batch ${formatDuration(batchMs)}`,
  ];
  return `${head(event)}:${direction === 'down' ? ' back,' : ''}${percent} ${parts.filter(Boolean).join(', ')}`;
}

/** The range is wide where one table is most of the database. */
function backupText(event: Of<'backup_progress'>): string {
  const { writtenBytes, bytesPerSecond, tablesDone, tables, remainingMs } = event;
  const rate = `${formatBytes(writtenBytes)}, ${formatBytes(bytesPerSecond)}/s`;
  const [least, most] = (remainingMs ?? []).map(formatDuration);
  const left = least === undefined ? '' : `; ${least === most ? least : `${least} to ${most}`} left`;
  return `  full backup: ${tablesDone} of ${tables} tables, ${rate}${left}`;
}

const RESTORE_PHASES = { checking: 'digests of the backup', loading: 'loading', counting: 'counting rows' } as const;

function restoreText({ phase, done, total, unit }: Of<'restore_progress'>): string {
  const percent = total > 0 ? `${Math.floor((100 * done) / total)} %, ` : '';
  const far = unit === 'bytes' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total} tables`;
  return `  ${RESTORE_PHASES[phase]}: ${percent}${far}`;
}

function head({ version }: { readonly version: string }): string {
  return `  ${cut(version, VERSION_COLUMNS)}`;
}

function startedText({ index, total, version, statements }: Of<'started'>): string {
  return `  [${index}/${total}] ${version}: ${statements} statement${statements === 1 ? '' : 's'} ...`;
}

function statementText(event: Of<'statement'>): string {
  return `${head(event)}: statement ${event.index} of ${event.total} done (${event.tag})`;
}

/** Of a file that is one step, which step it is at is not worth its room. */
function stepText(step: Of<'progress'>, wait: Of<'lock_wait'> | undefined): string {
  const { phase, done, total, unit, waitsFor } = step;
  const place = step.steps > 1 ? ` step ${step.step}/${step.steps},` : '';
  const what = phase.replace(/^waiting for /, '');
  if (wait) return `${head(step)}:${place} ${waits(wait)}: ${what}`;
  if (waitsFor !== null) return `${head(step)}:${place} waits for ${waitsFor}: ${what}`;
  const percent = total > 0 ? ` ${Math.floor((100 * done) / total)} %,` : '';
  if (step.bytes) return `${head(step)}:${place}${percent} ${phase} (${copiedText(step.bytes)})`;
  return `${head(step)}:${place}${percent} ${phase}${total > 0 ? ` (${done} of ${total} ${unit})` : ''}`;
}

function copiedText({ done, total, perSecond, remainingMs }: CopiedBytes): string {
  const left = remainingMs === undefined ? '' : `, ${formatDuration(remainingMs)} left`;
  return `${formatBytes(done)} of ${formatBytes(total)}, ${formatBytes(perSecond)}/s${left}`;
}

function waits({ blockers, waitedMs, budgetMs }: Of<'lock_wait'>): string {
  const [first] = blockers;
  const more = blockers.length > 1 ? ` and ${blockers.length - 1} more` : '';
  const most = budgetMs === undefined || budgetMs === 0 ? '' : ` of ${formatDuration(budgetMs)}`;
  return `waits ${formatDuration(waitedMs)}${most} for ${first ? `${blockerName(first)}${more}` : 'a lock'}`;
}

function on({ relation }: Of<'lock_wait'>): string {
  return relation === undefined ? '' : `: ${relation}`;
}
