import { join } from 'node:path';
import type { EmbeddedOptions, EmbeddedServer } from '../embedded/index.ts';
import { Problem } from '../problem/problem.ts';
import type { CommandContext } from './context.ts';

/** Where the embedded database of this configuration lives. */
export function embeddedOptions(context: CommandContext): EmbeddedOptions {
  return { dataRoot: join(context.settings().root, '.taskflow') };
}

/** The running embedded server; starts it where it was made already, and refuses to make it. */
export async function runningEmbedded(context: CommandContext): Promise<EmbeddedServer> {
  const { embeddedState, startEmbedded } = await import('../embedded/index.ts');
  const options = embeddedOptions(context);
  if ((await embeddedState(options)).state === 'absent') {
    throw new Problem('target-missing', 'the embedded database is not made yet', {
      next: ['Make it: taskflow-db db start'],
    });
  }
  return startEmbedded(options, (message) => context.stderr.line(message));
}

/** A connection URL that libpq understands, sockets included. */
export function embeddedUrl(server: EmbeddedServer): string {
  const { host, port, user, database } = server;
  return host.startsWith('/')
    ? `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${user}@${host}:${port}/${database}`;
}
