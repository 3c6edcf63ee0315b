import type { DataStatus } from '../engine/data/show.ts';
import type { Engine } from '../engine/engine.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { dataLine, nextText } from '../report/data-text.ts';
import { wrap } from '../report/width.ts';
import type { CommandContext } from './context.ts';
import { withEngine } from './open.ts';

/** A command that asks something of a run, and shows what has become of it. */
export async function steered(
  context: CommandContext,
  steer: (engine: Engine, version: string) => Promise<DataStatus>,
): Promise<ExitStatus> {
  const status = await withEngine(context, {}, (engine) => steer(engine, context.args.positionals[0] ?? ''));
  if (context.wantsJson) context.json({ ok: true, run: status });
  else context.stdout.line(dataLine(status));
  const next = nextText(status);
  if (next !== undefined && !context.wantsJson) context.stderr.line(wrap(next, context.stderr.width, '  '));
  return EXIT.done;
}
