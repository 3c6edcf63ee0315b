import { type HistoryEvent, history } from '../../engine/audit/history.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { historyLines } from '../../report/history-text.ts';
import { createStyle } from '../../report/style.ts';
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

function show({ stdout }: CommandContext, events: readonly HistoryEvent[]): void {
  if (events.length === 0) {
    stdout.line('No events yet.');
    return;
  }
  const style = createStyle(stdout.color);
  for (const line of historyLines(events, { width: stdout.width, style })) stdout.line(line);
}
