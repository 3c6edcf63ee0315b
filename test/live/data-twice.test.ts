/** A run that is done is not begun again, whoever comes late, and whatever another machine has in its files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withCli } from '../support/cli.ts';
import { type Message, startProxy } from '../support/proxy.ts';
import { server } from '../support/servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { done } from './data-keep-bed.ts';

const ROWS = 20_000;
const SLOW = '-- Batch: requests by id\n-- Target: 10ms\n-- Background: yes\n-- Pause: 1';

test('data run of what has succeeded, or is rolled back, does nothing more', () =>
  withCli(14, { ...requests(3000), ...counting('-- Batch: requests by id\n-- Background: yes') }, async (at) => {
    await done(at, 'migrate');
    await done(at, 'data', 'run');
    assert.match(await done(at, 'data', 'run', '002'), /002_count was applied to its end: nothing is left of it/);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', '3000']]);
    await done(at, 'rollback', '--yes');
    assert.match(await done(at, 'data', 'run', '002'), /002_count was rolled back to its end/);
    assert.deepEqual(await at.database.sql(COUNTED), [['0', '3000']]);
  }));

test('a migrate and two workers at once do each row once; one that comes with another file is refused and fails nothing', () =>
  withCli(18, { ...requests(ROWS), ...counting(SLOW) }, async (at) => {
    await done(at, 'migrate');
    const first = at.start(['data', 'run']);
    const batches = "SELECT count(*) FROM schema_data_batches WHERE direction = 'up'";
    while (Number((await at.database.sql(batches))[0]?.[0]) < 2) await setTimeout(3);
    at.write(counting(SLOW, 'UPDATE requests SET n = n + 5 WHERE :batch;'));
    const other = await at.run(['data', 'run']);
    assert.equal(other.exit, 1, other.output);
    assert.match(
      other.output,
      /002_count was changed after its first batches had run[\s\S]*data retry 002_count --changed/,
    );
    const [state] = await at.database.sql(
      "SELECT error_message, (SELECT count(*) FROM schema_migration_events WHERE event = 'failed') FROM schema_migrations WHERE version = '002_count'",
    );
    assert.deepEqual(state, [null, '0']);
    // The file without `Background` is in line: migrate joins the worker.
    at.write(counting(SLOW.replace('\n-- Background: yes', '')));
    const [second, migrate] = await Promise.all([at.run(['data', 'run']), at.run(['migrate']), first.finished]);
    assert.equal(second.exit, 0, second.output);
    assert.equal(migrate.exit, 0, migrate.output);
    assert.equal((await first.finished).exit, 0);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
    assert.match((await at.run(['migrate'])).output, /is up to date|[Nn]othing to/);
  }));

test('a machine that is gone without a word, in the middle of a batch, is replaced within 15 seconds', async () => {
  const { tcpPort } = await server(18);
  const proxy = await startProxy({ host: '127.0.0.1', port: tcpPort });
  const over = new AbortController();
  const never = new Promise<'cut'>((resolve) => over.signal.addEventListener('abort', () => resolve('cut')));
  try {
    await withCli(18, { ...requests(ROWS), ...counting(SLOW) }, async (at) => {
      await done(at, 'migrate');
      let silentAt = 0;
      proxy.rearm((message: Message) => {
        // The server has run the statements of a batch; what comes back, and all behind it, is never delivered.
        const isDone = message.direction === 'back' && /UPDATE \d{3}/.test(message.bytes.toString('latin1'));
        if (silentAt === 0 && isDone) silentAt = performance.now();
        return silentAt === 0 ? 'pass' : never;
      });
      const env = { DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${at.database.name}` };
      const gone = at.start(['data', 'run'], { env });
      while (silentAt === 0) await setTimeout(20);
      const idle =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()";
      assert.deepEqual(await at.database.sql(idle), [['1']]);
      gone.child.kill('SIGSTOP');
      const other = at.start(['data', 'run']);
      // Each worker that gets a range into its hands makes it one higher.
      while ((await at.database.sql('SELECT max(fence) FROM schema_data_ranges'))[0]?.[0] === '1') {
        assert.ok(performance.now() - silentAt < 15_000, 'nobody has taken over');
        await setTimeout(50);
      }
      assert.equal((await other.finished).exit, 0);
      gone.child.kill('SIGKILL');
      await gone.finished;
      assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
    });
  } finally {
    over.abort();
    await proxy.close();
  }
});

test('data run --finish does not wait for a worker that its window holds back; an idle migrate says so', () =>
  withCli(
    18,
    { ...requests(3000), ...counting('-- Batch: requests by id\n-- Target: 10ms\n-- Background: yes') },
    async (at) => {
      await done(at, 'migrate');
      const hour = (later: number) => `${String((new Date().getUTCHours() + later) % 24).padStart(2, '0')}:00`;
      const env = { TASKFLOW_DATA_TIME_ZONE: 'UTC' };
      const held = at.start(['data', 'run', '--window', `${hour(20)}-${hour(22)}`], { env });
      const throttle = 'SELECT throttle FROM schema_data_migrations';
      while (!/window/.test((await at.database.sql(throttle))[0]?.[0] ?? '')) await setTimeout(50);
      const status = await done(at, 'data', 'status');
      assert.match(status, /held\s+by\s+window:\s+outside\s+of\s+its\s+times[\s\S]*goes\s+on\s+in\s+(?:19|20) h/);
      await done(at, 'data', 'run', '--finish');
      assert.equal((await held.finished).exit, 0);
      assert.deepEqual(await at.database.sql(COUNTED), [['1', '3000']]);
      assert.match(await done(at, 'migrate'), /is up to date: nothing to apply/);
    },
  ));
