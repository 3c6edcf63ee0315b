import { timeLeftText } from '../batch/estimate.ts';
import type { RunView } from '../batch/run-view.ts';
import { count, formatDuration } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

/** One line: what has become of a run. */
export function dataLine(run: RunView): string {
  return visibleLine(`${run.version}: ${run.state}${back(run)}, ${run.rows.toLocaleString('en')} rows done.`);
}

/** What can be done about a run that nobody works at; undefined: nothing has to be. */
export function nextText({ version, state, direction, background, rows }: RunView): string | undefined {
  if (state === 'succeeded' || state === 'running' || state === 'pausing') return undefined;
  if (state === 'queued') return background ? `${version}: next: data run ${version} works at it` : undefined;
  if (direction === 'down') return `${version}: next: rollback --version ${version} goes on with its way back`;
  const on =
    state === 'paused'
      ? `data resume ${version} lets it go on`
      : `${GO_ON[state]} ${version} goes on behind its last batch`;
  return `${version}: next: ${on}${rows > 0 ? `, or rollback --version ${version} takes back what is done` : ''}`;
}

const GO_ON = { interrupted: 'data run', failed: 'data retry', cancelled: 'data retry' } as const;

/** The table of `data status`, then what is worth a sentence. `all`: every row that was passed over, and every worker. */
export function dataLines(
  runs: readonly RunView[],
  { width, style, all }: { width: number; style: Style; all: boolean },
): string[] {
  if (runs.length === 0) return ['No data migration has a run.'];
  const columns = [
    { title: 'VERSION', shrink: 'cut' as const, least: 16 },
    { title: 'STATE' },
    { title: 'DONE', align: 'right' as const },
    { title: 'ROWS', align: 'right' as const },
    { title: 'KEYS/S', align: 'right' as const },
    { title: 'BATCH', align: 'right' as const },
    { title: 'LEFT' },
  ];
  const cells = runs.map((run) => [
    visibleLine(run.version),
    stateCell(run, style),
    percentText(run),
    run.rows.toLocaleString('en'),
    run.keysPerSecond === null ? '' : Math.round(run.keysPerSecond).toLocaleString('en'),
    run.batchMs === null ? '' : formatDuration(run.batchMs),
    leftText(run),
  ]);
  const remarks = runs.flatMap((run) => remarksOf(run, all)).map((line) => wrap(visibleLine(line), width, '  '));
  return [
    ...renderTable(columns, cells, { width, heading: style.faint }),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ];
}

function stateCell(run: RunView, style: Style): string {
  const text = `${run.state}${back(run)}`;
  if (run.state === 'succeeded') return style.good(text);
  return run.state === 'failed' || run.state === 'interrupted' ? style.bad(text) : style.warn(text);
}

function back({ direction }: RunView): string {
  return direction === 'down' ? ' (back)' : '';
}

function percentText({ state, keys, keysTotal, pass, direction }: RunView): string {
  if (state === 'succeeded') return '100 %';
  if (pass > 1) return direction === 'down' ? 'rows back' : 'sweep';
  return keysTotal ? `${Math.min(100, Math.floor((100 * keys) / keysTotal))} %` : '';
}

function leftText({ state, remainingMs, pass }: RunView): string {
  return state === 'running' && pass === 1 ? timeLeftText(remainingMs ?? undefined).replace(/ left$/, '') : '';
}

/** So many rows that were passed over are named; of one version that is asked for, all. */
const SKIPPED_SHOWN = 3;

function remarksOf(run: RunView, all: boolean): string[] {
  const { version, error, throttle, workers, skipped } = run;
  const row = error?.row ? `, row ${error.row.join(', ')}` : '';
  const range = error?.range && !error.row ? `, keys ${error.range}` : '';
  const shown = all ? skipped : skipped.slice(0, SKIPPED_SHOWN);
  const more = skipped.length - shown.length;
  return [
    ...(throttle === null ? [] : [`${version}: held back: ${throttle}`]),
    ...(error ? [`${version}: ${error.message}${row}${range}`] : []),
    ...shown.map((one) => `${version}: passed over row ${one.row.join(', ')}: ${one.message}`),
    ...(more > 0 ? [`${version}: passed over ${count(more, 'more row')}: data status ${version}`] : []),
    ...(all
      ? workers.map(
          ({ host, processId, rows }) =>
            `${version}: a worker on ${host}${processId === null ? '' : ` (server process ${processId})`}, ${rows.toLocaleString('en')} rows of its range`,
        )
      : []),
    ...[nextText(run)].flatMap((one) => one ?? []),
  ];
}
