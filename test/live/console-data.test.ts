import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionAnswer } from '../../src/web/answers/action.ts';
import type { DataRunAnswer, DataRunRow, DataRunsAnswer } from '../../src/web/answers/data.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { type SignedIn, signIn, withConsole } from '../support/console.ts';
import { documented } from '../support/console-answers.ts';
import { engines } from '../support/servers.ts';
import { COUNTED, counting, requests } from './data-bed.ts';
import { until } from './group-bed.ts';

const newest = engines.at(-1)!;
const ROWS = 30_000;

/** Batches of some milliseconds with a rest of a second behind each at most: what is asked of it meets it at work. */
const FILES: Files = {
  ...requests(ROWS),
  ...counting('-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 30\n-- Background: yes'),
  'm/003_later.sql': '-- Later\n-- Kind: data\nUPDATE requests SET priority = n WHERE :batch AND priority IS NULL;\n',
};

interface Bed {
  readonly at: DatabaseWorkplace;
  readonly one: SignedIn;
  list(): Promise<DataRunsAnswer>;
  view(): Promise<DataRunAnswer>;
  ask(what: string, body?: object): Promise<ActionAnswer<DataRunRow>>;
}

async function withRun(body: (bed: Bed) => Promise<void>): Promise<void> {
  await withCli(newest, FILES, async (at) => {
    assert.equal((await at.run(['migrate', '--to', '002'])).exit, 0);
    await at.database.sql('ANALYZE requests');
    await withConsole(at, ['--write', '--person', 'otto:operator'], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const base = `/api/targets/${at.database.name}/data`;
      const read = async <Answer>(name: string, path: string): Promise<Answer> => {
        const answer = await one.get(path);
        assert.equal(answer.status, 200, answer.text);
        documented(name, answer.json());
        return answer.json() as Answer;
      };
      await body({
        at,
        one,
        list: () => read('readDataRuns', base),
        view: () => read('readDataRun', `${base}/002`),
        ask: async (what, given = {}) => {
          const answer = await one.post(`${base}/002_count/${what}`, given);
          assert.equal(answer.status, 200, answer.text);
          return answer.json();
        },
      });
    });
  });
}

/** The rows as somebody reads them who trusts no counter of ours. */
const rowsDone = async (at: DatabaseWorkplace) =>
  Number((await at.database.sql('SELECT count(*) FROM requests WHERE n > 0'))[0]?.[0]);

test('a run that the command line has started is told with its ranges, its batches and what the server says', () =>
  withRun(async ({ at, list, view }) => {
    const queued = await list();
    assert.deepEqual(
      queued.runs.map(({ version, state }) => [version, state]),
      [['002_count', 'queued']],
    );
    assert.deepEqual(
      queued.notBegun.map(({ version, state }) => [version, state]),
      [['003_later', 'pending']],
    );
    assert.match((await view()).standing, /Nobody works at it/);
    const { child, finished } = at.start(['data', 'run', '002']);
    const now = await until('six batches', async () => {
      const seen = await view();
      return seen.batches.length >= 6 && seen;
    });
    assert.equal(now.run.state, 'running');
    assert.deepEqual(
      now.ranges.map(({ lease }) => lease),
      ['held'],
    );
    assert.ok(now.run.keys > 0 && now.run.keysTotal === ROWS, JSON.stringify(now.run));
    assert.deepEqual(now.target, { ms: 10, from: 'file' });
    assert.equal(now.key, 'id');
    // A server process tells its counts about once a second.
    await until('dead rows are counted', async () => ((await view()).table?.deadRows ?? 0) > 0);
    assert.ok(now.signals.some(({ signal }) => signal === 'active-sessions'));
    const [from = 1, to = 0] = await until('a range of time', async () => (await view()).run.remainingMs ?? undefined);
    assert.ok(from <= to);
    child.kill('SIGTERM');
    await finished;
  }));

test('paused from the console, no row changes until it is resumed, and then the same worker goes on', () =>
  withRun(async ({ at, view, ask }) => {
    const { finished, child } = at.start(['data', 'run', '002']);
    await until('some batches', async () => (await view()).batches.length > 3);
    assert.equal((await ask('pause')).state, 'done');
    await until('paused', async () => (await view()).run.state === 'paused', 5000);
    const before = await rowsDone(at);
    await sleep(5000);
    assert.equal(await rowsDone(at), before);
    assert.match((await view()).standing, /^Paused by /);
    await ask('resume');
    await until('more rows', async () => (await rowsDone(at)) > before);
    const by = await at.database.sql(
      "SELECT event, detail -> 'console' ->> 'user' FROM schema_migration_events WHERE event IN ('data_paused', 'data_resumed') ORDER BY seq LIMIT 2",
    );
    assert.deepEqual(by, [
      ['data_paused', 'otto'],
      ['data_resumed', 'otto'],
    ]);
    child.kill('SIGTERM');
    await finished;
  }));

test('a worker that is killed leaves a lease that expires; the console goes on at the same key, and every row is done once', () =>
  withRun(async ({ at, view, ask, one }) => {
    const { child, finished } = at.start(['data', 'run', '002']);
    await until('some batches', async () => (await view()).batches.length > 3);
    child.kill('SIGKILL');
    await finished;
    const gone = await until('interrupted', async () => {
      const seen = await view();
      return seen.run.state === 'interrupted' && seen;
    });
    const [left] = gone.ranges;
    assert.match(gone.standing, /server process of its worker has ended|lease of its worker has expired/);
    const expired = await until('its lease has expired', async () => {
      const seen = await view();
      return seen.ranges[0]?.lease === 'expired' && seen;
    });
    assert.match(expired.standing, /^Interrupted: the lease of its worker has expired/);
    assert.deepEqual(expired.ranges[0]?.position, left?.position);
    const begun = await ask('run');
    const firstRow = await until('a batch of the console', async () => {
      const [row] = await at.database.sql(
        `SELECT lo ->> 0 FROM schema_data_batches WHERE id > ${gone.batches.at(-1)!.id} ORDER BY id LIMIT 1`,
      );
      return row?.[0];
    });
    assert.equal(firstRow, left?.position?.[0]);
    const path = `/api/targets/${at.database.name}/actions/${begun.id}`;
    await until('it is done', async () => (await one.get(path)).json<{ state: string }>().state === 'done');
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
    assert.equal((await view()).run.state, 'succeeded');
  }));

test('the time that a batch should take is changed for a worker on its way, by console and command alike', () =>
  withRun(async ({ at, view, ask }) => {
    const { finished } = at.start(['data', 'run', '002']);
    await until('some batches', async () => (await view()).batches.length > 3);
    const before = Math.max(...(await view()).batches.map(({ keys }) => keys));
    assert.equal((await ask('target', { targetMs: 400 })).result?.targetMs, 400);
    assert.deepEqual((await view()).target, { ms: 400, from: 'run' });
    const refused = await ask('target', { targetMs: 5 });
    assert.deepEqual([refused.state, refused.problem?.code], ['failed', 'usage']);
    assert.equal((await finished).exit, 0);
    const largest = Math.max(...(await view()).batches.map(({ keys }) => keys));
    assert.ok(largest > 1.4 * before, `batches of ${largest} keys at most, of ${before} before`);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
    const events = await at.database.sql(
      "SELECT detail ->> 'wasMs', detail ->> 'nowMs' FROM schema_migration_events WHERE event = 'data_retargeted'",
    );
    assert.deepEqual(events, [[null, '400']]);
    const over = await at.run(['data', 'target', '002', '50ms']);
    assert.match(over.said, /002_count has succeeded: no batch comes any more/);
  }));

test('a batch that is refused again and again says why, in the row of the run and with who is in the way', () =>
  withRun(async ({ at, view }) => {
    const { finished, child } = at.start(['data', 'run', '002']);
    await until('some batches', async () => (await view()).batches.length > 1);
    const holder = at.database
      .sql(
        "SELECT set_config('application_name', 'nightly', false); LOCK TABLE requests IN SHARE MODE; SELECT pg_sleep(600)",
      )
      .catch(() => undefined);
    const held = await until('it says why', async () => {
      const seen = await view();
      return seen.run.throttle !== null && seen.blockers.length > 0 && seen;
    });
    assert.match(held.standing, /^a batch was refused \d+ times: canceling statement due to lock timeout$/);
    assert.match(held.blockers[0]?.holder ?? '', /nightly/);
    assert.match((await at.run(['data', 'status', '002'])).stdout, /held back: a batch was refused \d+ times/);
    await at.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nightly'");
    await holder;
    await until('it goes on', async () => (await view()).run.throttle === null);
    child.kill('SIGTERM');
    await finished;
  }));

test('tables of runs of an older layout are read and steered; what they lack asks for init', () =>
  withRun(async ({ at, view, ask }) => {
    await at.database.sql(
      "ALTER TABLE schema_data_migrations DROP COLUMN target_ms; UPDATE schema_migration_settings SET value = '3' WHERE key = 'layout_version'",
    );
    assert.equal((await view()).run.targetMs, null);
    assert.equal((await ask('pause')).result?.state, 'paused');
    const { problem } = await ask('target', { targetMs: 50 });
    assert.deepEqual([problem?.code, problem?.found], ['not-tracked', 'layout 3']);
    assert.match((await at.run(['data', 'run'])).said, /older taskflow-db.*taskflow-db init/);
    assert.equal((await at.run(['init'])).exit, 0);
    assert.equal((await ask('target', { targetMs: 50 })).result?.targetMs, 50);
  }));
