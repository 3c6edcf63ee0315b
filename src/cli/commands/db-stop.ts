import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { embeddedOptions } from '../embedded.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { stopEmbedded } = await import('../../embedded/index.ts');
  const stopped = await stopEmbedded(embeddedOptions(context));
  if (context.wantsJson) context.json({ ok: true, stopped });
  else
    context.stdout.line(
      stopped ? 'Embedded PostgreSQL stopped; its data stays.' : 'Embedded PostgreSQL was not running.',
    );
  return EXIT.done;
}
