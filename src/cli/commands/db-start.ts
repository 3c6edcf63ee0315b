import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { embeddedOptions, embeddedUrl } from '../embedded.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { startEmbedded } = await import('../../embedded/index.ts');
  const server = await startEmbedded(embeddedOptions(context), (message) => context.stderr.line(message));
  const url = embeddedUrl(server);
  const what = server.created ? 'created and started' : server.started ? 'started' : 'running already';
  if (!context.quiet && !context.wantsJson) context.stderr.line(`Embedded PostgreSQL ${server.serverVersion} ${what}.`);
  if (context.wantsJson) context.json({ ok: true, url, ...server });
  else context.stdout.line(url);
  return EXIT.done;
}
