/**
 * A run goes silent at a message of the tool, and another takes its place: a process that is stopped (`stop`), a network that
 * delivers nothing (`stall`), or a process that is gone behind a pooler, which shows nobody (`kill`). When the first wakes up
 * afterwards it does no harm. Through PgBouncer also the loss of one connection (`cut`). The wait for the lease takes a dozen
 * seconds, so each case tries several points at once, each on a database of its own.
 */
import type { ChildProcess } from 'node:child_process';
import { type Address, type Message, startProxy, type Verdict } from '../support/proxy.ts';
import type { TestDatabase } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { checkEnd, checkSaid, Violation } from './check.ts';
import { runEngine } from './engine-run.ts';
import type { Kind, World } from './kind.ts';
import { startTool } from './process.ts';
import { within } from './proxied-run.ts';

const POINTS_EACH = 6;
const CASES = 4;
/** Messages of the tool in a run, roughly: beyond the end a point finds nothing to disturb. */
const MESSAGES = 1700;
/** Of the run that takes over: the lease's 12 seconds, the wait between two tries, its own work, and a busy machine. */
const TAKEN_OVER_MS_MAX = 90_000;

const WAYS = ['direct/stop', 'direct/stall', 'pooled/stop', 'pooled/stall', 'pooled/kill', 'pooled/cut'] as const;
type How = 'stop' | 'stall' | 'kill' | 'cut';

export const takeover: Kind = {
  name: 'takeover',
  parts: 5,
  sample: 1,
  async cases() {
    return WAYS.flatMap((way) =>
      Array.from({ length: CASES }, (_, i) => `takeover/${i % 4 === 3 ? 14 : 18}/${way}/${i + 1}`),
    );
  },
  async run(world: World, name) {
    const [, major, access, how, number = ''] = name.split('/');
    const bed = await world.bed(Number(major));
    const pooler = await world.pooler(Number(major), 2);
    const target = access === 'pooled' ? pooler : { host: '127.0.0.1', port: bed.server.tcpPort };
    const random = world.random(name);
    // `@669` in place of a case's number: that point alone.
    const points = /^@\d+$/.test(number)
      ? [Number(number.slice(1))]
      : Array.from({ length: POINTS_EACH }, () => 1 + random.below(MESSAGES));
    const results = await Promise.allSettled(points.map((point) => silence(bed, target, how as How, point)));
    const wrong = results.flatMap((one, i) =>
      one.status === 'rejected' ? [`at message ${points[i]}: ${one.reason}`] : [],
    );
    if (wrong.length > 0) throw new Violation(wrong.join('\n'));
  },
};

/** What a point of the sweep has of the first run. */
interface First {
  /** Undefined where it runs in this process. */
  readonly child: ChildProcess | undefined;
  /** What is wrong with how it ended. */
  readonly ended: Promise<Error | undefined>;
}

async function silence(bed: Bed, target: Address, how: How, point: number): Promise<void> {
  const proxy = await startProxy(target);
  const fault = new Silence(how, point);
  try {
    await bed.withDatabase('empty', async (database) => {
      const url = `postgresql://postgres@127.0.0.1:${proxy.port}/${database.name}`;
      proxy.rearm((message) => fault.judge(message));
      const first = how === 'stop' || how === 'kill' ? startProcess(bed, database, url) : startHere(bed, url);
      fault.child = first.child;
      const begun = Promise.race([fault.reached, first.ended.then(() => 'ended')]);
      const early = await within(TAKEN_OVER_MS_MAX, begun);
      await takeOver(bed, database);
      fault.wake();
      const wrong = await within(TAKEN_OVER_MS_MAX, first.ended);
      await quiet(database);
      await checkEnd(bed, database, { applied: [], rolledBack: [], problem: undefined, crash: undefined });
      if (wrong && !(how === 'kill' && early !== 'ended')) throw wrong;
    });
  } finally {
    fault.wake();
    fault.child?.kill('SIGKILL');
    await proxy.close();
  }
}

class Silence {
  readonly reached: Promise<void>;
  child: ChildProcess | undefined;
  readonly #how: How;
  readonly #point: number;
  readonly #awake: Promise<Verdict>;
  #isReached = false;
  #reach: () => void = () => {};
  #wake: (verdict: Verdict) => void = () => {};

  constructor(how: How, point: number) {
    this.#how = how;
    this.#point = point;
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
    this.#awake = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  judge({ direction, number }: Message): Verdict | Promise<Verdict> {
    const isHere = !this.#isReached && direction === 'front' && number === this.#point;
    if (isHere) {
      this.#isReached = true;
      this.#reach();
      if (this.#how === 'stop') this.child?.kill('SIGSTOP');
      if (this.#how === 'kill') this.child?.kill('SIGKILL');
      if (this.#how === 'cut') return 'cut-after';
    }
    return this.#isReached && this.#how === 'stall' ? this.#awake : 'pass';
  }

  wake(): void {
    this.#wake('pass');
    if (this.#how === 'stop') this.child?.kill('SIGCONT');
  }
}

function startProcess(bed: Bed, database: TestDatabase, url: string): First {
  const { child, finished } = startTool(bed, database, 'migrate', url);
  const ended = finished.then(({ exit, output, stderr }) => {
    const isSaid = exit === 0 || /^error\[(?!internal)[a-z-]+\]/m.test(stderr);
    return isSaid ? undefined : new Violation(`it does not say what happened (exit ${exit}):\n${output.slice(-1500)}`);
  });
  return { child, ended };
}

function startHere(bed: Bed, url: string): First {
  const ended = runEngine({ url, folder: bed.folder, action: 'migrate' }).then((told) => {
    try {
      checkSaid(told);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  });
  return { child: undefined, ended };
}

/** A plain migrate, straight to the server, goes through within a bound, and everything is applied once. */
async function takeOver(bed: Bed, database: TestDatabase): Promise<void> {
  const run = runEngine({ url: database.url, folder: bed.folder, action: 'migrate', env: { TASKFLOW_WAIT: '60s' } });
  const told = await within(TAKEN_OVER_MS_MAX, run).catch(async () => {
    const sessions = await database.sql(
      `SELECT pid, application_name, state, wait_event, left(query, 150) FROM pg_stat_activity WHERE datname = current_database()`,
    );
    const shown = sessions.map((row) => row.join(' | '));
    throw new Violation(['the run that takes over hangs', ...shown].join('\n    '));
  });
  await checkEnd(bed, database, told);
}
