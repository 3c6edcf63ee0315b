/** A table under vacuum: autovacuum gives way, a person's VACUUM does not; what --cancel-blockers ends, and what it never ends. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Files, type Finished, type Workplace, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, type OwnServer, ownServer, uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { ALTER, session } from './locks-bed.ts';

/** Autovacuum looks every second, and then works slowly enough to be met at work. */
const SETTINGS = [
  'autovacuum_naptime = 1s',
  'autovacuum_vacuum_cost_delay = 100ms',
  'autovacuum_vacuum_cost_limit = 10',
  'vacuum_cost_delay = 100ms',
  'vacuum_cost_limit = 10',
];
const TABLE: Files = {
  'm/001_busy.sql': `CREATE TABLE busy (id int PRIMARY KEY, n int, filler text) WITH (autovacuum_enabled = off);
INSERT INTO busy SELECT i, 0, repeat('x', 300) FROM generate_series(1, 20000) AS i;
UPDATE busy SET n = 1 WHERE id % 3 = 0;
-- IRREVERSIBLE: test
`,
};

const servers = new Map<Engine, Promise<OwnServer>>();
const serverOf = (major: Engine) => {
  if (!servers.has(major)) servers.set(major, ownServer(major, { settings: SETTINGS }));
  return servers.get(major)!;
};
after(async () => {
  for (const one of servers.values()) await (await one).stop();
});

interface Place extends Workplace {
  readonly on: OwnServer;
  readonly name: string;
  sql(statement: string): Promise<readonly (readonly (string | null)[])[]>;
}

async function withTable<T>(major: Engine, body: (at: Place) => Promise<T>): Promise<T> {
  const on = await serverOf(major);
  const name = uniqueName('vacuumed');
  await on.sql('postgres', `CREATE DATABASE ${name}`);
  const sql = async (statement: string) => (await on.sql(name, statement)).rows;
  return withWorkplace(TABLE, { DATABASE_URL: on.url(name) }, async (at) => {
    const ran = await at.run(['migrate']);
    assert.equal(ran.exit, 0, ran.output);
    at.write(ALTER);
    try {
      return await body({ ...at, on, name, sql });
    } finally {
      await on.sql('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
}

const VACUUMED = "SELECT pid FROM pg_stat_progress_vacuum WHERE relid = 'busy'::regclass";

async function untilAutovacuum(at: Place): Promise<string> {
  await at.sql(
    'ALTER TABLE busy SET (autovacuum_enabled = on, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)',
  );
  return until('autovacuum', async () => (await at.sql(VACUUMED))[0]?.[0] ?? undefined);
}

const alterWith = (at: Place, ...flags: string[]): Promise<Finished> => at.run(['migrate', ...flags]);

describe('vacuum', { concurrency: 4 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${major}: autovacuum is named and gives way to a try that waits longer`, () =>
      withTable(major, async (at) => {
        const pid = await untilAutovacuum(at);
        const run = await alterWith(at);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, new RegExp(`autovacuum \\(pid ${pid}\\), at work: autovacuum: VACUUM.* public\\.busy`));
        const waits = await at.sql("SELECT count(*) FROM schema_migration_events WHERE event = 'lock_wait'");
        // One, where the machine is not too busy; the vacuum would take a minute and a half, and dozens.
        assert.ok(Number(waits[0]![0]) <= 10, `${waits[0]![0]} refusals`);
      }));

    test(`PostgreSQL ${major}: --cancel-blockers=autovacuum cancels it, on record`, () =>
      withTable(major, async (at) => {
        const pid = await untilAutovacuum(at);
        const run = await alterWith(at, '--cancel-blockers=autovacuum');
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, new RegExp(`cancelled autovacuum \\(pid ${pid}\\), as --cancel-blockers asks`));
        const [row] = await at.sql(
          "SELECT version, detail FROM schema_migration_events WHERE event = 'blocker_cancelled'",
        );
        assert.equal(row?.[0], '002_alter');
        assert.equal(JSON.parse(row?.[1] ?? '').blocker.pid, Number(pid));
      }));
  }

  test("a person's VACUUM does not give way, and is not cancelled: exit 4, with its name", () =>
    withTable(18, async (at) => {
      const person = await session({ server: at.on, name: at.name } as never, 'nightly');
      const vacuum = person.run('VACUUM busy').catch(() => {});
      await until('at work', async () => (await at.sql(VACUUMED)).length > 0);
      const run = await alterWith(at, '--lock-budget=3s', '--cancel-blockers=autovacuum,idle');
      assert.equal((await at.sql(VACUUMED)).length, 1, 'still at work');
      await at.sql(`SELECT pg_cancel_backend(${person.pid})`);
      await vacuum;
      await person.end();
      assert.equal(run.exit, 4, run.output);
      assert.match(run.said, new RegExp(`held by pid ${person.pid} \\(nightly of postgres.*VACUUM busy`));
    }));

  test('--cancel-blockers=idle ends a session that is idle in its transaction, not one that works', () =>
    withTable(18, async (at) => {
      const where = { server: at.on, name: at.name } as never;
      const [idle, active] = [await session(where, 'forgotten'), await session(where, 'report')];
      await idle.run('BEGIN; SELECT count(*) FROM busy');
      const started = at.start(['migrate', '--cancel-blockers', 'idle', '--lock-budget=1min']);
      await active.run('BEGIN; SELECT count(*) FROM busy');
      const working = active.run('SELECT pg_sleep(9)').then(
        () => 'done',
        () => 'ended',
      );
      await until(
        'ended',
        async () => (await at.sql(`SELECT FROM pg_stat_activity WHERE pid = ${idle.pid}`)).length === 0,
      );
      assert.equal(await working, 'done');
      await active.run('ROLLBACK');
      await active.end();
      const run = await started.finished;
      assert.equal(run.exit, 0, run.output);
      const rows = await at.sql("SELECT detail FROM schema_migration_events WHERE event = 'blocker_cancelled'");
      assert.equal(rows.length, 1);
      const { how, blocker } = JSON.parse(rows[0]![0]!);
      assert.deepEqual([how, blocker.pid, blocker.application], ['terminated', Number(idle.pid), 'forgotten']);
    }));

  test('a role that may not end it is told the GRANT, and goes on waiting', () =>
    withTable(18, async (at) => {
      const role = uniqueName('plain');
      await at.sql(`CREATE ROLE ${role} LOGIN; GRANT pg_read_all_stats TO ${role}; ALTER TABLE busy OWNER TO ${role};
      GRANT ALL ON SCHEMA public TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
      const holder = await session({ server: at.on, name: at.name } as never, 'forgotten');
      await holder.run('BEGIN; SELECT count(*) FROM busy');
      const run = await at.run(['migrate', '--cancel-blockers', 'idle', '--lock-budget=10s'], {
        env: { DATABASE_URL: at.on.url(at.name, role) },
      });
      await holder.run('ROLLBACK');
      await holder.end();
      assert.equal(run.exit, 4, run.output);
      assert.equal(run.said.split(`GRANT pg_signal_backend TO ${role};`).length, 2, run.output);
      await at.sql(`DROP OWNED BY ${role} CASCADE`);
      await at.on.sql('postgres', `DROP ROLE ${role}`);
    }));

  /** Uses up transaction IDs until the table's age is more than its limit, the least that can be set. */
  const GROW_OLD = 'DO $$ BEGIN FOR i IN 1..100100 LOOP PERFORM pg_catalog.txid_current(); COMMIT; END LOOP; END $$';

  test('an autovacuum against wraparound is named as such, does not give way, and is not cancelled', () =>
    withTable(18, async (at) => {
      await at.sql('ALTER TABLE busy SET (autovacuum_freeze_max_age = 100000)');
      await at.sql(GROW_OLD);
      const pid = await until('autovacuum', async () => (await at.sql(VACUUMED))[0]?.[0] ?? undefined);
      const run = await alterWith(at, '--lock-budget=3s', '--cancel-blockers=autovacuum');
      assert.equal(run.exit, 4, run.output);
      assert.match(
        run.said,
        new RegExp(`Warning: public\\.busy: locked by autovacuum \\(pid ${pid}\\), against wraparound: it does not`),
      );
      assert.match(
        run.said,
        new RegExp(`held by autovacuum \\(pid ${pid}\\), against wraparound: it does not give way`),
      );
      assert.match(run.said, /Let the autovacuum of pid \d+ finish: it protects the database from wraparound/);
      assert.equal((await at.sql(VACUUMED))[0]?.[0], pid, 'still at work');
    }));
});
