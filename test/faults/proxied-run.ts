/** A run of the library through the bed's proxy, into which a test puts its fault. */

import type { Message, Verdict } from '../support/proxy.ts';
import type { TestDatabase } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { checkEnd, checkNothingLeft } from './check.ts';
import { type EngineRun, runEngine, succeeded, type Told } from './engine-run.ts';

export type Action = EngineRun['action'];

export interface ProxiedRun {
  readonly told: Promise<Told>;
  /** As when the process dies: its connections end, no new one is made. */
  die(): void;
}

const HANGS_MS = 90_000;

export function startRun(
  bed: Bed,
  database: TestDatabase,
  run: Pick<EngineRun, 'action' | 'env' | 'steps' | 'to'> & { readonly user?: string },
  judge: (message: Message) => Verdict | Promise<Verdict> = () => 'pass',
): ProxiedRun {
  const dead = new AbortController();
  bed.proxy.rearm(judge);
  const told = runEngine({ ...run, url: bed.url(database, run.user), folder: bed.folder, signal: dead.signal });
  return {
    told: within(HANGS_MS, told).finally(() => {
      bed.proxy.rearm();
      bed.proxy.lead({ host: '127.0.0.1', port: bed.server.tcpPort });
    }),
    die: () => {
      bed.proxy.lead(undefined);
      bed.proxy.cutAll();
      setImmediate(() => dead.abort());
    },
  };
}

export function startOf(action: Action): 'empty' | 'full' {
  return action === 'migrate' ? 'empty' : 'full';
}

/** Applies everything up to that version, without a fault; undefined: nothing. */
export async function arriveAt(bed: Bed, database: TestDatabase, version: string | undefined): Promise<void> {
  if (version === undefined) return;
  succeeded(await runEngine({ url: database.url, folder: bed.folder, action: 'migrate', to: version }));
  await quiet(database);
}

/**
 * One plain migrate, straight to the server. A rollback that was cut short is finished before, if `again` says so; and where
 * it stopped between two steps of one version, in any case: then migrate refuses, and names that way.
 */
export async function mend(bed: Bed, database: TestDatabase, action: Action, again: boolean): Promise<void> {
  const run = { url: database.url, folder: bed.folder };
  const plain = () => within(HANGS_MS, runEngine({ ...run, action: 'migrate' }));
  const early = action === 'rollback' && again ? undefined : await plain();
  const refused = action === 'rollback' && early?.problem?.code === 'interrupted';
  if (!early || refused) {
    const told = await within(HANGS_MS, runEngine({ ...run, action: 'rollback' }));
    await checkNothingLeft(bed, database, told);
  }
  const told = early && !refused ? early : await plain();
  await quiet(database);
  await checkEnd(bed, database, told);
}

/** How many messages of each sort a run without a fault takes; undefined: of no sort. */
export async function countMessages(
  bed: Bed,
  action: Action,
  sortOf: (message: Message) => string | undefined,
): Promise<ReadonlyMap<string, number>> {
  return bed.withDatabase(startOf(action), async (database) => {
    const counts = new Map<string, number>();
    const { told } = startRun(bed, database, { action }, (message) => {
      const sort = sortOf(message);
      if (sort !== undefined) counts.set(sort, (counts.get(sort) ?? 0) + 1);
      return 'pass';
    });
    succeeded(await told);
    return counts;
  });
}

/** The end of what the tool writes in one go: with it the server has to answer (manual, "Extended Query", Sync). */
export function isSync({ direction, type }: Message): boolean {
  return direction === 'front' && type === 'S';
}

export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: no end within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
