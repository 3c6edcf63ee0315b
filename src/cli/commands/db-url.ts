import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { embeddedUrl, runningEmbedded } from '../embedded.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const url = embeddedUrl(await runningEmbedded(context));
  if (context.wantsJson) context.json({ ok: true, url });
  else context.stdout.line(url);
  return EXIT.done;
}
