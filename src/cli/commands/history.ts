import { type HistoryEvent, history } from '../../engine/audit/history.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { createStyle } from '../../report/style.ts';
import { renderTable } from '../../report/table.ts';
import { visibleLine } from '../../report/visible.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine } from '../open.ts';
import { runVerify } from '../verify-history.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  if (context.args.has('verify')) return verify(context);
  for (const name of ['anchor', 'expect']) {
    if (context.args.has(name)) throw new Problem('usage', `--${name} needs --verify`);
  }
  const options = { version: context.args.value('version'), limit: context.args.integer('limit', 1) };
  const found = await withEngine(context, {}, (engine) => history(engine, options));
  if (context.wantsJson) context.json(found);
  else show(context, found.events);
  return EXIT.done;
}

/** The chain is verified as a whole: a part of it proves nothing. */
function verify(context: CommandContext): Promise<ExitStatus> {
  for (const name of ['version', 'limit']) exclusive(context, ['verify', name]);
  return runVerify(context);
}

const COLUMNS = [
  { title: 'TIME (UTC)' },
  { title: 'EVENT' },
  { title: 'VERSION', shrink: 'cut' as const, least: 16 },
  { title: 'WHO', shrink: 'cut' as const },
  { title: 'WHAT', shrink: 'wrap' as const },
];

function show({ stdout }: CommandContext, events: readonly HistoryEvent[]): void {
  if (events.length === 0) stdout.line('No events yet.');
  if (events.length === 0) return;
  const style = createStyle(stdout.color);
  const rows = events.map((event) => [
    event.at.slice(0, 19).replace('T', ' '),
    event.event.replaceAll('_', ' '),
    event.version ?? '',
    visibleLine(event.actor),
    visibleLine(whatOf(event)),
  ]);
  for (const line of renderTable(COLUMNS, rows, { width: stdout.width, heading: style.faint })) stdout.line(line);
}

function whatOf({ detail }: HistoryEvent): string {
  const { message, reason, executionTimeMs, step, steps } = detail;
  if (typeof message === 'string') return message;
  if (typeof reason === 'string') return reason;
  if (typeof step === 'number') return `step ${step} of ${String(steps)}`;
  return typeof executionTimeMs === 'number' ? formatDuration(executionTimeMs) : '';
}
