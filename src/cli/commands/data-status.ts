import { dataStatus } from '../../engine/data/show.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { dataLines } from '../../report/data-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const [version] = context.args.positionals;
  const runs = await withEngine(context, {}, (engine) => dataStatus(engine, version));
  if (context.wantsJson) {
    context.json({ runs });
    return EXIT.done;
  }
  const { stdout } = context;
  const style = createStyle(stdout.color);
  for (const line of dataLines(runs, { width: stdout.width, style, all: version !== undefined })) stdout.line(line);
  return EXIT.done;
}
