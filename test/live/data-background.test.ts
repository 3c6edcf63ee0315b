import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { until } from './group-bed.ts';

const ROWS = 20_000;
const SLOW = '-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 1\n-- Background: yes';
const FILES = {
  ...requests(ROWS),
  ...counting(SLOW),
  'm/003_other.sql': 'CREATE TABLE other (id int);\n-- ROLLBACK:\n-- DROP TABLE other;\n',
  'm/004_check.sql':
    'ALTER TABLE requests ADD CONSTRAINT counted CHECK (n = 1);\n-- ROLLBACK:\n-- ALTER TABLE requests DROP CONSTRAINT counted;\n',
};

interface Run {
  readonly state: string;
  readonly rows: number;
  readonly workers: readonly unknown[];
}

async function runOf(at: DatabaseWorkplace): Promise<Run> {
  const { runs } = (await at.run(['data', 'status', '002', '--json'])).json<{ runs: Run[] }>();
  return runs[0]!;
}

const batches = async (at: DatabaseWorkplace) =>
  Number((await at.database.sql('SELECT count(*) FROM schema_data_batches'))[0]?.[0]);

test('what runs in the background is left to data run, what stands on it waits and says so, several workers share it', () =>
  withCli(18, FILES, async (at) => {
    const first = await at.run(['migrate', '--json']);
    assert.equal(first.exit, 0, first.output);
    assert.deepEqual(
      first
        .json<{ migrations: { version: string; state: string }[] }>()
        .migrations.map((one) => [one.version, one.state]),
      [
        ['001_requests', 'applied'],
        ['003_other', 'applied'],
        ['002_count', 'queued'],
        ['004_check', 'waiting'],
      ],
    );
    assert.match(first.said, /004_check waits for 002_count: /);
    assert.equal((await runOf(at)).state, 'queued');
    assert.match((await at.run(['status'])).stdout, /002_count +pending[\s\S]*002_count: data migration, queued/);
    assert.deepEqual(await at.database.sql("SELECT status FROM migration_status WHERE version = '002_count'"), [
      ['pending'],
    ]);

    const two = await Promise.all([at.run(['data', 'run', '--workers', '2']), at.run(['data', 'run'])]);
    for (const one of two) assert.equal(one.exit, 0, one.output);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
    const [[workers] = []] = await at.database.sql('SELECT count(DISTINCT worker) FROM schema_data_batches');
    assert.ok(Number(workers) >= 2, `only ${workers} did anything`);
    const applied = await at.run(['migrate', '--json']);
    assert.deepEqual(
      applied
        .json<{ migrations: { version: string; state: string }[] }>()
        .migrations.map((one) => [one.version, one.state]),
      [['004_check', 'applied']],
    );
    assert.equal((await at.run(['status', '--check'])).exit, 0);
  }));

/** Some 30 batches with a rest of 300 ms behind each: what is asked of it meets it at work. */
const UNHURRIED = {
  ...requests(30_000),
  ...counting('-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 30\n-- Background: yes'),
};

test('a run is paused, resumed and cancelled from elsewhere, and goes on where it stopped', () =>
  withCli(18, UNHURRIED, async (at) => {
    await at.run(['migrate']);
    const working = at.start(['data', 'run', '002']);
    await until('some batches are done', async () => (await batches(at)) > 3);
    assert.equal((await at.run(['data', 'pause', '002'])).exit, 0);
    await until('it is paused', async () => (await runOf(at)).state === 'paused');
    const before = await batches(at);
    const refused = await at.run(['data', 'pause', '002']);
    assert.equal(refused.exit, 1);
    assert.match(refused.said, /002_count is paused: it cannot be asked to pause .*data resume 002_count/);
    assert.equal(await batches(at), before);
    assert.equal((await at.run(['data', 'resume', '002'])).exit, 0);
    await until('it goes on', async () => (await batches(at)) > before + 2);
    assert.equal((await at.run(['data', 'cancel', '002'])).exit, 0);
    const after = await batches(at);
    const ended = await working.finished;
    assert.equal(ended.exit, 1, ended.output);
    assert.match(ended.said, /002_count was cancelled/);
    assert.equal(await batches(at), after);
    assert.equal((await runOf(at)).state, 'cancelled');

    assert.equal((await at.run(['data', 'retry', '002'])).exit, 0);
    assert.equal((await at.run(['data', 'run'])).exit, 0);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', '30000']]);
    const events = await at.database.sql(
      "SELECT event FROM schema_migration_events WHERE version = '002_count' AND event LIKE 'data%' ORDER BY seq",
    );
    assert.deepEqual(events.flat(), [
      'data_queued',
      'data_started',
      'data_paused',
      'data_resumed',
      'data_resumed',
      'data_cancelled',
      'data_retried',
      'data_resumed',
    ]);
  }));

test('the ranges of a worker that dies are taken over by another one', () =>
  withCli(14, UNHURRIED, async (at) => {
    await at.run(['migrate']);
    const dying = at.start(['data', 'run']);
    const other = at.start(['data', 'run']);
    await until('two work at it', async () => (await runOf(at)).workers.length === 2);
    dying.child.kill('SIGKILL');
    assert.equal((await other.finished).exit, 0);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', '30000']]);
  }));
