/**
 * The run's connections end at each message of the protocol in turn. `kill`: all of them and nothing follows, as when the
 * process dies; `cut`: the one that the message is on, the run goes on as it can. `front/N`: message N of the tool is
 * delivered, then it happens (0: before the first); `back/N`: message N of the server is not delivered any more.
 */
import type { Message } from '../support/proxy.ts';
import type { TestDatabase } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { checkAfterFault, checkSaid } from './check.ts';
import { succeeded, type Told } from './engine-run.ts';
import type { Kind, World } from './kind.ts';
import { type Action, countMessages, mend, startOf, startRun } from './proxied-run.ts';

interface Point {
  readonly major: number;
  readonly action: Action;
  readonly how: 'kill' | 'cut';
  readonly direction: 'front' | 'back';
  readonly number: number;
}

const WAYS = ['kill/front', 'cut/front', 'cut/back'] as const;
/** Of a rollback every so many messages only: its steps are those of migrate, run the other way. */
const STRIDE_ROLLBACK = 8;
/** On the older server every so many messages only. */
const STRIDE_14 = 25;
/** Beyond the number of messages that was counted: these must find the run already ended. */
const BEYOND = 2;

export const message: Kind = {
  name: 'message',
  parts: 6,
  sample: 20,
  async cases(world) {
    const names: string[] = [];
    for (const major of [18, 14] as const)
      for (const action of ['migrate', 'rollback'] as const) names.push(...(await pointsOf(world, major, action)));
    return names;
  },
  run: async (world, name) => runPoint(world, pointOf(name)),
};

async function pointsOf(world: World, major: 14 | 18, action: Action): Promise<string[]> {
  const counts = await countMessages(await world.bed(major), action, ({ direction }) => direction);
  const stride = (major === 14 ? STRIDE_14 : 1) * (action === 'rollback' ? STRIDE_ROLLBACK : 1);
  const first = world.random(`stride ${action}`).below(stride);
  return WAYS.flatMap((way) => {
    const last = (counts.get(way.endsWith('front') ? 'front' : 'back') ?? 0) + BEYOND;
    const numbers = Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride);
    return numbers
      .filter((number) => number > 0 || way.endsWith('front'))
      .map((number) => `message/${major}/${action}/${way}/${number}`);
  });
}

function pointOf(name: string): Point {
  const [, major, action, how, direction, number] = name.split('/');
  return { major: Number(major), action, how, direction, number: Number(number) } as Point;
}

async function runPoint(world: World, point: Point): Promise<void> {
  const bed = await world.bed(point.major);
  await bed.withDatabase(startOf(point.action), async (database) => {
    const told = await runInto(bed, database, point);
    // Of three, one finds the old server processes still there.
    const isPatient = point.number % 3 > 0;
    if (isPatient) {
      await quiet(database);
      await checkAfterFault(bed, database, point.action, told);
    }
    await mend(bed, database, point.action, point.number % 3 === 1);
    if (point.how !== 'kill') checkSaid(told);
  });
}

/** Runs until the fault, and until the tool has said what it makes of it. */
async function runInto(bed: Bed, database: TestDatabase, point: Point): Promise<Told> {
  let fired = false;
  const run = startRun(bed, database, { action: point.action }, (sent) => {
    if (fired || !isAt(sent, point)) return 'pass';
    fired = true;
    // The message itself goes first.
    if (point.how === 'kill') process.nextTick(() => run.die());
    return point.direction === 'front' && point.number > 0 ? 'cut-after' : 'cut';
  });
  const told = await run.told;
  return fired ? told : succeeded(told);
}

function isAt({ direction, number }: Message, point: Point): boolean {
  return direction === point.direction && number >= Math.max(1, point.number);
}
