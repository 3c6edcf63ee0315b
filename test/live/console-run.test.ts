import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ActionAnswer } from '../../src/web/answers/action.ts';
import type { RunAnswer, RunView } from '../../src/web/answers/run.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type SignedIn, signIn, withConsole } from '../support/console.ts';
import { engines } from '../support/servers.ts';

const FILES = {
  'm/001_people.sql': '-- People\nCREATE TABLE people (id integer);\n',
  'm/002_email.sql': '-- Email\nCREATE TABLE mails (id integer);\nALTER TABLE people ADD COLUMN email text;\n',
  'm/003_index.sql': '-- Index\nCREATE INDEX CONCURRENTLY people_email ON people (email);\n',
};
/** Behind the first. */
const PENDING = ['002_email', '003_index'];

interface Look {
  readonly one: SignedIn;
  readonly base: string;
  /** The run, as soon as it is so. */
  until(isIt: (run: RunView) => boolean): Promise<RunView>;
}

async function withLook(at: DatabaseWorkplace, body: (look: Look) => Promise<void>): Promise<void> {
  await withConsole(at, ['--write'], async ({ url, links }) => {
    const one = await signIn(url, links[0]!.url);
    const base = `/api/targets/${at.database.name}`;
    const until: Look['until'] = async (isIt) => {
      for (let tries = 0; ; tries++) {
        const { text, json } = await one.get(`${base}/run`);
        const run = json<RunAnswer>().run;
        if (run && isIt(run)) return run;
        assert.ok(tries < 300, `it is not so: ${text}`);
        await sleep(100);
      }
    };
    await body({ one, base, until });
  });
}

for (const engine of engines) {
  test(`on ${engine} a run of the command line is seen, with who blocks it, and is stopped`, async () => {
    await withCli(engine, FILES, async (at) => {
      await at.run(['migrate', '--quiet', '--to', '001']);
      const holder = new pg.Client({ connectionString: at.database.url, application_name: 'nightly report' });
      await holder.connect();
      await holder.query('BEGIN; SELECT count(*) FROM people');
      const { rows } = await holder.query('SELECT pg_backend_pid() AS pid');
      await withLook(at, async ({ one, base, until }) => {
        const { finished } = at.start(['migrate', '--quiet']);
        const run = await until(({ wait }) => wait?.blockers.some(({ pid }) => pid === Number(rows[0].pid)) ?? false);
        const [blocker] = run.wait?.blockers ?? [];
        assert.deepEqual([run.wait?.relation, blocker?.application], ['public.people', 'nightly report']);
        assert.ok((blocker?.transactionAgeMs ?? -1) >= 0 && blocker?.endedBy === 'this role');
        assert.deepEqual([run.kind, run.outcome, run.focus?.version], ['apply', 'running', '002_email']);
        assert.deepEqual(run.planned, PENDING);
        const states = run.focus?.statements.shown.map(({ state }) => state);
        assert.deepEqual(states, ['done', 'running'], 'the statement that waits');
        const begun = (await one.post(`${base}/run/cancel`, { id: run.runId })).json<ActionAnswer>();
        assert.ok(['running', 'done'].includes(begun.state), JSON.stringify(begun));
        // Nothing of it may be in the server between two tries: then the next one is met.
        await holder.query('COMMIT');
        await finished;
        const end = await until(({ outcome }) => outcome !== 'running');
        assert.ok(['failed', 'done'].includes(end.outcome));
      });
      await holder.end();
    });
  });
}

test('a run that is at work in the server is stopped there, and what it did is rolled back', async () => {
  const files = { 'm/001_slow.sql': '-- Slow\nCREATE TABLE slow (id integer);\nSELECT pg_sleep(300);\n' };
  await withCli(engines[0]!, files, async (at) => {
    await withLook(at, async ({ one, base, until }) => {
      const { finished } = at.start(['migrate', '--quiet']);
      const run = await until(({ process }) => process?.query === 'SELECT pg_sleep(300)');
      await one.post(`${base}/run/cancel`, { id: run.runId });
      const { exit, output } = await finished;
      assert.equal(exit, 1, output);
      const end = await until(({ outcome, cancelledBy }) => outcome !== 'running' && cancelledBy.length > 0);
      assert.equal(end.outcome, 'failed');
      const session = (await one.get('/api/session')).json<{ user: { name: string } }>();
      assert.deepEqual(end.cancelledBy, [session.user.name]);
      assert.match(end.migrations[0]?.failure?.message ?? '', /canceling statement due to user request/);
      assert.deepEqual(
        end.focus?.statements.shown.map(({ state }) => state),
        ['undone', 'failed'],
      );
      assert.deepEqual(await at.database.sql("SELECT to_regclass('slow')::text"), [[null]]);
    });
  });
});
