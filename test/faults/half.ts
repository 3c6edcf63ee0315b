/**
 * A statement that runs several transactions is stopped in its middle: a bystander keeps it waiting until the fault has
 * happened. What is left (an INVALID index, a partition that is half detached) is mended by the next run, which may come
 * while the bystander, and perhaps the statement itself, are still there (`late`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { standBy, until } from './bystander.ts';
import { checkAfterFault, checkSaid } from './check.ts';
import type { Kind, OwnBed, World } from './kind.ts';
import { type Action, arriveAt, mend, type ProxiedRun, startRun } from './proxied-run.ts';

/** What keeps a concurrent statement on the table waiting: an old snapshot, or an open change. */
const BYSTANDERS = {
  reader: (table: string) => `BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM app.${table}`,
  writer: (table: string) => `BEGIN; INSERT INTO app.${table} SELECT * FROM app.${table} WHERE false`,
};

const FAULTS = ['kill', 'cut', 'terminate', 'cancel', 'timeout', 'crash'] as const;

/** Version and table that its statement works on. */
const STATEMENTS: readonly (readonly [Action, version: string, table: string])[] = [
  ['migrate', '004_index', 'item'],
  ['migrate', '005_unique', 'item'],
  ['migrate', '006_reindex', 'item'],
  ['migrate', '006_reindex', 'feeling'],
  ['migrate', '007_drop_index', 'item'],
  ['migrate', '009_detach', 'log'],
  ['rollback', '004_index', 'item'],
  ['rollback', '005_unique', 'item'],
  ['rollback', '006_reindex', 'item'],
  ['rollback', '007_drop_index', 'item'],
];

interface Half {
  readonly major: number;
  readonly action: Action;
  readonly version: string;
  readonly table: string;
  readonly bystander: keyof typeof BYSTANDERS;
  readonly fault: (typeof FAULTS)[number];
  readonly isLate: boolean;
}

export const half: Kind = {
  name: 'half',
  parts: 8,
  sample: 4,
  async cases() {
    const names: string[] = [];
    for (const major of [18, 14])
      for (const statement of STATEMENTS)
        for (const bystander of Object.keys(BYSTANDERS))
          for (const fault of FAULTS)
            for (const when of fault === 'crash' ? ['now'] : ['now', 'late'])
              names.push(['half', major, ...statement, bystander, fault, when].join('/'));
    return names;
  },
  run: async (world, name) => runHalf(world, halfOf(name)),
};

function halfOf(name: string): Half {
  const [, major, action, version, table, bystander, fault, when] = name.split('/');
  return { major: Number(major), action, version, table, bystander, fault, isLate: when === 'late' } as Half;
}

async function runHalf(world: World, point: Half): Promise<void> {
  const bed = point.fault === 'crash' ? await world.ownBed(point.major) : await world.bed(point.major);
  await bed.withDatabase('empty', async (database) => {
    const names = bed.versions.map(({ name }) => name);
    const before = names[names.indexOf(point.version) - 1];
    await arriveAt(bed, database, point.action === 'migrate' ? before : point.version);
    const bystander = await standBy(database, BYSTANDERS[point.bystander](point.table));
    const timeout = point.fault === 'timeout' ? { env: { TASKFLOW_STATEMENT_TIMEOUT: '400ms' } } : {};
    const run = startRun(bed, database, { action: point.action, ...timeout });
    let isOver = false;
    void run.told.finally(() => {
      isOver = true;
    });
    let pid: string | undefined;
    await until(`${point.version} waits`, async () => {
      pid = await waiting(database);
      return isOver || pid !== undefined;
    });
    await strike(bed, database, point, run, pid);
    if (!point.isLate) await bystander.leave();
    const leaving = point.isLate ? sleep(800).then(() => bystander.leave()) : undefined;
    const told = await run.told;
    if (!point.isLate) {
      await quiet(database);
      await checkAfterFault(bed, database, point.action, told);
    }
    await mend(bed, database, point.action, !point.isLate);
    await leaving;
    if (point.fault !== 'kill') checkSaid(told);
  });
}

/** The pid of the run's session that waits for others in the server. */
async function waiting(database: TestDatabase): Promise<string | undefined> {
  const rows = await database.sql(`SELECT pid FROM pg_stat_activity WHERE datname = current_database()
AND application_name = 'taskflow-db migration' AND wait_event_type = 'Lock'`);
  return rows[0]?.[0] ?? undefined;
}

/** `pid`: of the session that waited a moment ago, if any did. It may have given way meanwhile, to try again. */
async function strike(
  bed: Bed,
  database: TestDatabase,
  { fault }: Half,
  run: ProxiedRun,
  pid: string | undefined,
): Promise<void> {
  if (fault === 'timeout') return;
  if (fault === 'kill') return run.die();
  if (fault === 'cut') {
    for (const one of bed.proxy.connections) if (one.purpose === 'migration') one.cut();
  } else if (fault === 'crash') {
    await (bed as OwnBed).crash();
    await (bed as OwnBed).start();
  } else if (pid !== undefined) {
    await database.sql(`SELECT pg_${fault}_backend(${pid})`);
  }
}
