import { dumpSchema } from '../../engine/generated/dump.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { deliver, placeOf } from '../generated.ts';
import { withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { cwd, stderr } = context;
  const place = placeOf(context, 'dump');
  const settings = context.settings();
  const { text, notWritten, notes, migrations } = await withScratchServer(context, async (open) =>
    dumpSchema(await open(), { ...settings, cwd }),
  );
  for (const { type, name, why } of context.wantsJson ? [] : notWritten)
    stderr.line(wrap(`Not written: ${type} ${name}: ${why}`, stderr.width, '  '));
  for (const note of context.wantsJson ? [] : notes) stderr.line(wrap(`Note: ${note}`, stderr.width, '  '));
  const status = deliver(context, place, text, { migrations, notWritten });
  return status === EXIT.done && notWritten.length > 0 ? EXIT.failed : status;
}
