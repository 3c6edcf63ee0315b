import type { Store } from '../backup/stored.ts';
import { readStores } from '../engine/backup/stores.ts';
import { type Control, withControl } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import { Problem } from '../problem/problem.ts';
import type { CommandContext } from './context.ts';
import { withEngine, withoutEngine } from './open.ts';

/** The database of the connection, and what migrations have kept in it. */
export interface KeptStores {
  readonly engine: Engine;
  readonly control: Control;
  readonly stores: readonly Store[];
}

/**
 * Reads what is kept in the database of the connection, while it is connected to. Backups are files, which are listed and removed
 * without a server, too: `use` gets undefined where none is asked (--folder-only), where no database is named and there is none of
 * our own, and, with a warning, where it cannot be reached.
 */
export async function withStores<T>(
  context: CommandContext,
  use: (kept: KeptStores | undefined) => Promise<T>,
): Promise<T> {
  if (context.args.has('folder-only')) return use(undefined);
  const begun = { is: false };
  try {
    return await withEngine(context, {}, (engine) =>
      withControl(engine, async (control) => {
        const stores = await readStores(control);
        begun.is = true;
        return use({ engine, control, stores });
      }),
    );
  } catch (error) {
    if (begun.is || !(error instanceof Problem) || !CANNOT_ASK.has(error.code)) throw error;
    await tellUnasked(context, error);
    return use(undefined);
  }
}

/** That the server does not answer, or not to us, says nothing of files. */
const CANNOT_ASK: ReadonlySet<string> = new Set([
  'target-missing',
  'connection',
  'authentication',
  'connection-lost',
  'permission-denied',
  'embedded-unavailable',
  'server-unsupported',
  'tracking-layout',
]);

async function tellUnasked(context: CommandContext, { message }: Problem): Promise<void> {
  await withoutEngine(context, async ({ database, emit }) => {
    if (database === undefined) return;
    emit({
      kind: 'warning',
      message: `What is kept in ${database} itself is not looked at: ${message.replace(/\.$/, '')}.`,
    });
  });
}
