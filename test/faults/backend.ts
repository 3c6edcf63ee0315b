/**
 * The server's side of a session ends at each step of a run: an administrator ends its process (`control`, `migration`, `both`),
 * or the whole server stops at once and comes back (`crash`; `away`: after 5 seconds). A step is what the tool writes in one
 * go. Before the N-th is delivered it happens; or, at odd numbers, at the moment when it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxiedConnection, Verdict } from '../support/proxy.ts';
import { type Bed, quiet } from './bed.ts';
import { checkAfterFault, checkSaid } from './check.ts';
import type { Kind, OwnBed, World } from './kind.ts';
import { type Action, countMessages, isSync, mend, startOf, startRun } from './proxied-run.ts';

const AWAY_MS = 5_000;
const FAULTS = ['control', 'migration', 'both', 'crash', 'away'] as const;

interface Point {
  readonly major: number;
  readonly action: Action;
  readonly fault: (typeof FAULTS)[number];
  readonly number: number;
}

export const backend: Kind = {
  name: 'backend',
  parts: 5,
  sample: 4,
  async cases(world) {
    const names: string[] = [];
    for (const major of [18, 14]) {
      for (const action of ['migrate', 'rollback'] as const) {
        const counts = await countMessages(await world.bed(major), action, (message) =>
          isSync(message) ? 'sync' : undefined,
        );
        for (const fault of FAULTS) {
          // The slow ones at some steps, on the older server fewer.
          const stride = (fault === 'away' ? 40 : fault === 'crash' ? 2 : 1) * (major === 14 ? 5 : 1);
          const first = 1 + world.random(`${major} ${action} ${fault}`).below(stride);
          for (let n = first; n <= (counts.get('sync') ?? 0); n += stride)
            names.push(`backend/${major}/${action}/${fault}/${n}`);
        }
      }
    }
    return names;
  },
  run: async (world, name) => runPoint(world, pointOf(name)),
};

function pointOf(name: string): Point {
  const [, major, action, fault, number] = name.split('/');
  return { major: Number(major), action, fault, number: Number(number) } as Point;
}

async function runPoint(world: World, point: Point): Promise<void> {
  const isServer = point.fault === 'crash' || point.fault === 'away';
  const bed = await (isServer ? world.ownBed(point.major) : world.bed(point.major));
  await bed.withDatabase(startOf(point.action), async (database) => {
    let count = 0;
    let happened: Promise<void> | undefined;
    const run = startRun(bed, database, { action: point.action }, async (message): Promise<Verdict> => {
      if (!isSync(message)) return 'pass';
      count += 1;
      if (count !== point.number) return 'pass';
      happened = strike(bed, point, message.connection);
      if (point.number % 2 === 0) await happened;
      return 'pass';
    });
    const told = await run.told;
    await happened;
    await quiet(database);
    await checkAfterFault(bed, database, point.action, told);
    await mend(bed, database, point.action, point.number % 4 === 0);
    checkSaid(told);
  });
}

async function strike(bed: Bed | OwnBed, { fault }: Point, current: ProxiedConnection): Promise<void> {
  if ('crash' in bed) {
    await bed.crash();
    if (fault === 'away') await sleep(AWAY_MS);
    return bed.start();
  }
  const pids = [...bed.proxy.connections]
    .filter((one) => fault === 'both' || one.purpose === fault || (bed.proxy.connections.size === 1 && one === current))
    .map(({ pid }) => pid);
  for (const pid of pids) await bed.server.sql('postgres', `SELECT pg_terminate_backend(${pid})`);
}
