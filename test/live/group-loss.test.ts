/** A group whose run is cut short: sessions ended, Ctrl-C, kill -9. Nothing is lost, nothing runs twice, the next run goes on. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { RunEvent } from '../../src/index.ts';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { atGate, GATE, openGate } from './gate.ts';
import {
  type Bed,
  numbered,
  type Run,
  recorded,
  trail,
  until,
  upTo,
  versionOf,
  withBed,
  witness,
  witnesses,
} from './group-bed.ts';

const ALL = 20;
const SLEEPS = 9;
const BEFORE = SLEEPS - 1;

/** The ninth of twenty sleeps in its middle, so that there is time to cut it short. */
const files = numbered(ALL, (i) =>
  i === SLEEPS ? witness(i).replace('UPDATE', 'SELECT pg_sleep(120);\nUPDATE') : witness(i),
);
const awake = { [`m/${versionOf(SLEEPS)}.sql`]: witness(SLEEPS) };

const ASLEEP = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
const CONTROL = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'taskflow-db control'`;
const OURS = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'taskflow-db%' AND pid <> pg_backend_pid()`;

const pidsOf = async ({ database }: Pick<Bed, 'database'>, query: string) =>
  (await database.sql(query)).map(([pid]) => pid);
const asleep = (bed: Pick<Bed, 'database'>) => until('asleep', async () => (await pidsOf(bed, ASLEEP)).length > 0);
const end = (bed: Bed, query: string) => bed.database.sql(`SELECT pg_terminate_backend(pid) FROM (${query}) AS one`);

const states = (run: Run) => run.migrations.map((one) => one.state);
const expectedStates = (at: 'failed' | 'pending') =>
  upTo(ALL).map((i) => (i < SLEEPS ? 'applied' : i === SLEEPS ? at : 'pending'));

async function assertStoppedBefore(bed: Pick<Bed, 'database'>): Promise<void> {
  assert.deepEqual(await witnesses(bed), { ran: upTo(BEFORE), sum: BEFORE });
  const inForce = (await recorded(bed)).filter((row) => row.endsWith(' t'));
  assert.equal(inForce.length, BEFORE);
}

async function assertGoesOn(bed: Bed): Promise<void> {
  bed.write(awake);
  const run = await bed.migrate();
  assert.equal(run.problem?.message, undefined);
  assert.deepEqual(await witnesses(bed), { ran: upTo(ALL), sum: ALL });
  assert.equal((await recorded(bed)).filter((row) => row.endsWith(' t')).length, ALL);
}

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const live of [false, true]) {
    const watched = live ? 'watched' : 'not watched';

    test(`PostgreSQL ${major}, ${watched}: the session is ended in mid-group`, () =>
      withBed(major, files, async (bed) => {
        const running = bed.migrate({ live });
        await asleep(bed);
        await end(bed, ASLEEP);
        const run = await running;
        assert.equal(run.problem?.code, 'connection-lost');
        assert.match(run.problem?.message ?? '', /terminating connection/);
        assert.match(run.problem?.fields.state ?? '', /^Rolled back/);
        assert.equal(run.failed?.version, versionOf(SLEEPS));
        assert.deepEqual(states(run), expectedStates('failed'));
        await assertStoppedBefore(bed);
        assert.deepEqual((await trail(bed)).slice(-2), [
          `started ${versionOf(SLEEPS)}`,
          `connection_lost ${versionOf(SLEEPS)}`,
        ]);
        await assertGoesOn(bed);
      }));

    test(`PostgreSQL ${major}, ${watched}: stopped by hand in mid-group`, () =>
      withBed(major, files, async (bed) => {
        const controller = new AbortController();
        const running = bed.migrate({ live, signal: controller.signal });
        await asleep(bed);
        controller.abort();
        const run = await running;
        assert.equal(run.problem?.code, 'cancelled');
        assert.equal(run.problem?.fields.version, versionOf(SLEEPS));
        assert.deepEqual(states(run), expectedStates('pending'));
        await assertStoppedBefore(bed);
        assert.deepEqual((await trail(bed)).slice(-2), [
          `started ${versionOf(SLEEPS)}`,
          `cancelled ${versionOf(SLEEPS)}`,
        ]);
        await until('no session is left', async () => (await pidsOf(bed, OURS)).length === 0);
        await assertGoesOn(bed);
      }));
  }

  test(`PostgreSQL ${major}: the server stays away in mid-group: the one at work is named, and what is not known`, () =>
    withBed(major, files, async (bed) => {
      const { name, server } = bed.database;
      const real = performance.now.bind(performance);
      let skewMs = 0;
      const clock = mock.method(performance, 'now', () => real() + skewMs);
      const onEvent = (event: RunEvent) => {
        // The half minute for which it tries to connect again is over at once.
        if (event.kind === 'note' && /trying for 30 s/.test(event.message)) skewMs = 60_000;
      };
      const running = bed.migrate({ onEvent });
      await asleep(bed);
      await server.sql('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await server.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
      const run = await running.finally(() => clock.mock.restore());
      await server.sql('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      assert.equal(run.problem?.code, 'connection-lost');
      assert.equal(run.certain, false);
      assert.equal(run.failed?.version, versionOf(SLEEPS));
      assert.equal(run.problem?.fields.also, undefined, 'said once');
      const range = `${versionOf(1)} to ${versionOf(BEFORE)} were committed, unless a crash`;
      assert.match(
        run.problem?.fields.state ?? '',
        new RegExp(`${range}.* of ${versionOf(SLEEPS)} and those behind it`),
      );
      assert.deepEqual(
        run.told.filter((one) => one.startsWith('failed')),
        [`failed ${versionOf(SLEEPS)}`],
      );
      await assertStoppedBefore(bed);
      await assertGoesOn(bed);
    }));

  test(`PostgreSQL ${major}: the control session is ended in mid-group: the group is finished, then the run stops`, () =>
    withBed(
      major,
      {
        ...files,
        ...numbered(40, (i) => (i === SLEEPS ? witness(i).replace('UPDATE', `${GATE};\nUPDATE`) : witness(i))),
      },
      async (bed) => {
        const running = bed.migrate();
        await atGate(bed.database);
        await end(bed, CONTROL);
        await until('its end', async () => (await pidsOf(bed, CONTROL)).length === 0);
        await openGate(bed.database);
        const run = await running;
        assert.equal(run.problem?.code, 'connection-lost');
        const applied = states(run).filter((state) => state === 'applied').length;
        assert.ok(applied < 40);
        assert.deepEqual(await witnesses(bed), { ran: upTo(applied), sum: applied });
        assert.equal((await recorded(bed)).length, applied);
        assert.deepEqual(
          states(run).slice(applied),
          Array(40 - applied).fill('pending'),
          'none of the others was begun',
        );
        assert.equal((await bed.migrate()).ok, true);
        assert.deepEqual(await witnesses(bed), { ran: upTo(40), sum: 40 });
      },
    ));

  test(`PostgreSQL ${major}: both sessions are ended in mid-group: a new one finds out what was done`, () =>
    withBed(major, files, async (bed) => {
      const running = bed.migrate();
      await asleep(bed);
      await end(bed, OURS);
      const run = await running;
      assert.equal(run.problem?.code, 'connection-lost');
      assert.match(run.problem?.fields.state ?? '', /^Rolled back/);
      await assertGoesOn(bed);
    }));

  test(`PostgreSQL ${major}: kill -9 in mid-group: the next migrate completes, nothing twice`, () =>
    withCli(major, files, async (at) => {
      const { child, finished } = at.start(['migrate']);
      await asleep(at);
      child.kill('SIGKILL');
      assert.equal((await finished).signal, 'SIGKILL');
      at.write(awake);
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 0, again.output);
      assert.deepEqual(await witnesses(at), { ran: upTo(ALL), sum: ALL });
      assert.equal((await at.run(['status', '--check'])).exit, 0);
    }));
}

test('kill -9 at any moment of a long run: each migration once, all of them in the end', () =>
  withCli(18, numbered(60, witness), async (at) => {
    const begun = performance.now();
    let kills = 0;
    for (let wait = 60; kills < 12; wait += 15) {
      const { child, finished } = at.start(['migrate']);
      const timer = setTimeout(() => child.kill('SIGKILL'), wait);
      const ended = await finished;
      clearTimeout(timer);
      if (ended.signal !== 'SIGKILL') break;
      kills++;
    }
    const last = await at.run(['migrate']);
    assert.equal(last.exit, 0, last.output);
    assert.deepEqual(await witnesses(at), { ran: upTo(60), sum: 60 });
    assert.ok(performance.now() - begun < 120_000);
  }));

test('SIGINT to the tool in mid-group: exit 130, what is said is what is there', () =>
  withCli(18, files, async (at) => {
    const { child, finished } = at.start(['migrate']);
    await asleep(at);
    child.kill('SIGINT');
    const ended = await finished;
    assert.equal(ended.exit, 130, ended.output);
    assert.match(ended.stdout, new RegExp(`^${BEFORE} of ${ALL} applied`, 'm'));
    assert.equal(ended.stderr.match(/ applied /g)?.length, BEFORE);
    await assertStoppedBefore(at);
  }));
