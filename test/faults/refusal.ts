/**
 * The server refuses: a statement takes too long (`timeout`) or its table is locked for good (`locked`) when a version is
 * reached; the role or the database may have no (more) connections, from the start or when one is lost at a step
 * (`role/N`, `database/N`: so many may be had; `lost/N`: at the N-th step one ends and no other is given).
 */
import type { TestDatabase } from '../support/servers.ts';
import { uniqueName } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { standBy } from './bystander.ts';
import { checkAfterFault, checkSaid, Violation } from './check.ts';
import type { Told } from './engine-run.ts';
import type { Kind, World } from './kind.ts';
import { arriveAt, isSync, mend, startRun } from './proxied-run.ts';

const LOST_AT = 12;

export const refusal: Kind = {
  name: 'refusal',
  parts: 4,
  sample: 4,
  async cases(world) {
    const names: string[] = [];
    for (const major of [18, 14]) {
      const { versions } = await world.bed(major);
      for (const { name } of versions.slice(1))
        names.push(`refusal/${major}/timeout/${name}`, `refusal/${major}/locked/${name}`);
      for (const allowed of [0, 1])
        names.push(`refusal/${major}/role/${allowed}`, `refusal/${major}/database/${allowed}`);
      for (const step of world.random(`lost ${major}`).some(range(2, 80), LOST_AT))
        names.push(`refusal/${major}/lost/${step}`);
    }
    return names;
  },
  async run(world: World, name) {
    const [, major, what = '', argument = ''] = name.split('/');
    const bed = await world.bed(Number(major));
    await bed.withDatabase('new', async (database) => {
      const run = { timeout: hold, locked: hold, role: limited, database: limited, lost }[what];
      if (!run) throw new Error(`there is no ${what}`);
      const told = await run(bed, database, what, argument);
      await quiet(database);
      await checkAfterFault(bed, database, 'migrate', told);
      await mend(bed, database, 'migrate', false);
      checkSaid(told);
    });
  },
};

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Every table is locked by somebody else when the version is reached. */
async function hold(bed: Bed, database: TestDatabase, what: string, version: string): Promise<Told> {
  const names = bed.versions.map(({ name }) => name);
  await arriveAt(bed, database, names[names.indexOf(version) - 1]);
  const tables = await database.sql(
    "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'p')",
  );
  const bystander = await standBy(database, `BEGIN; LOCK TABLE ${tables[0]?.[0]}`);
  const env: Record<string, string> =
    what === 'timeout'
      ? { TASKFLOW_STATEMENT_TIMEOUT: '80ms', TASKFLOW_LOCK_TIMEOUT: '10s', TASKFLOW_ROW_LOCK_TIMEOUT: '10s' }
      : {
          TASKFLOW_STATEMENT_TIMEOUT: '2s',
          TASKFLOW_LOCK_TIMEOUT: '30ms',
          TASKFLOW_ROW_LOCK_TIMEOUT: '30ms',
          TASKFLOW_LOCK_BUDGET: '150ms',
        };
  const told = await startRun(bed, database, { action: 'migrate', env }).told;
  await bystander.leave();
  if (!told.problem && !told.crash) throw new Violation('it went through although every table was locked');
  return told;
}

/** As an ordinary owner: limits do not hold for superusers. */
async function asOwner(database: TestDatabase): Promise<{ owner: string; drop(): Promise<void> }> {
  const owner = uniqueName('owner');
  await database.sql(`CREATE ROLE ${owner} LOGIN`);
  await database.sql(`ALTER DATABASE ${database.name} OWNER TO ${owner}`);
  if (database.server.major < 15) await database.sql(`ALTER SCHEMA public OWNER TO ${owner}`);
  return {
    owner,
    drop: async () => {
      await quiet(database);
      await database.sql(`REASSIGN OWNED BY ${owner} TO postgres`);
      await database.sql(`DROP OWNED BY ${owner}`);
      await database.sql(`DROP ROLE ${owner}`);
    },
  };
}

async function limited(bed: Bed, database: TestDatabase, what: string, allowed: string): Promise<Told> {
  const { owner, drop } = await asOwner(database);
  await database.sql(
    `ALTER ${what === 'role' ? `ROLE ${owner}` : `DATABASE ${database.name}`} CONNECTION LIMIT ${allowed}`,
  );
  const told = await startRun(bed, database, { action: 'migrate', user: owner }).told;
  await database.sql(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`);
  await drop();
  const { code } = told.problem ?? {};
  if (code !== 'connection')
    throw new Violation(`no connection was to be had, and it says ${code}: ${told.problem?.message}`);
  return told;
}

async function lost(bed: Bed, database: TestDatabase, _: string, step: string): Promise<Told> {
  const { owner, drop } = await asOwner(database);
  let syncs = 0;
  const run = startRun(bed, database, { action: 'migrate', user: owner }, async (message) => {
    if (isSync(message)) syncs += 1;
    if (!isSync(message) || syncs !== Number(step)) return 'pass';
    await database.sql(`ALTER ROLE ${owner} CONNECTION LIMIT 0`);
    return 'cut';
  });
  const told = await run.told;
  await drop();
  return told;
}
