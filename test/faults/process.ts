/**
 * The built command line tool as a process of its own: killed with SIGKILL, or its connection cut, at messages that chance
 * chooses; a message is delivered just before. What it says about a cut is one of its problems, not a stack.
 */

import { PROGRAM, type Started, startProgram } from '../support/cli.ts';
import type { TestDatabase } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { checkAfterFault, Violation } from './check.ts';
import type { Kind, World } from './kind.ts';
import { type Action, countMessages, mend, startOf } from './proxied-run.ts';

/** Every so many messages, from a random one on. */
const STRIDE = { 18: 24, 14: 96 } as const;

interface Point {
  readonly major: 14 | 18;
  readonly action: Action;
  readonly how: 'kill' | 'cut';
  readonly number: number;
}

export const processKind: Kind = {
  name: 'process',
  parts: 5,
  sample: 4,
  async cases(world) {
    const names: string[] = [];
    for (const major of [18, 14] as const) {
      for (const action of ['migrate', 'rollback'] as const) {
        const counts = await countMessages(await world.bed(major), action, ({ direction }) => direction);
        for (const how of ['kill', 'cut']) {
          const first = 1 + world.random(`${major} ${action} ${how}`).below(STRIDE[major]);
          for (let n = first; n <= (counts.get('front') ?? 0); n += STRIDE[major])
            names.push(`process/${major}/${action}/${how}/${n}`);
        }
      }
    }
    return names;
  },
  run: async (world, name) => runPoint(world, pointOf(name)),
};

function pointOf(name: string): Point {
  const [, major, action, how, number] = name.split('/');
  return { major: Number(major), action, how, number: Number(number) } as Point;
}

async function runPoint(world: World, point: Point): Promise<void> {
  const bed = await world.bed(point.major);
  await bed.withDatabase(startOf(point.action), async (database) => {
    const started = startTool(bed, database, point.action);
    bed.proxy.rearm(({ direction, number }) => {
      if (direction !== 'front' || number !== point.number) return 'pass';
      if (point.how === 'cut') return 'cut-after';
      started.child.kill('SIGKILL');
      return 'pass';
    });
    const ended = await started.finished;
    bed.proxy.rearm();
    await quiet(database);
    await checkAfterFault(bed, database, point.action);
    await mend(bed, database, point.action, point.number % 2 === 0);
    const isSaid = point.how === 'kill' || ended.exit === 0 || /^error\[(?!internal)[a-z-]+\]/m.test(ended.stderr);
    if (!isSaid)
      throw new Violation(`the tool does not say what happened (exit ${ended.exit}):\n${ended.output.slice(-1500)}`);
  });
}

export function startTool(bed: Bed, database: TestDatabase, action: Action, url = bed.url(database)): Started {
  const args = action === 'migrate' ? ['migrate'] : ['rollback', '--steps', '1000', '--yes'];
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: bed.folder,
    LANG: 'C.UTF-8',
    TASKFLOW_DIRECTORIES: 'm',
    DATABASE_URL: url,
  };
  return startProgram([process.execPath, PROGRAM, ...args], bed.folder, { env });
}
