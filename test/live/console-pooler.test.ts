/** The console behind PgBouncer: what it shows and does is the same, in either mode. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionAnswer } from '../../src/web/answers/action.ts';
import type { OverviewAnswer } from '../../src/web/answers/overview.ts';
import type { PlanAnswer } from '../../src/web/answers/plan.ts';
import type { RunAnswer } from '../../src/web/answers/run.ts';
import { withCli } from '../support/cli.ts';
import { follow, signIn, withConsole } from '../support/console.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { server } from '../support/servers.ts';

const FILES = {
  'm/001_people.sql': '-- People\nCREATE TABLE people (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_slow.sql':
    '-- Slow\nCREATE TABLE slow (id integer);\nSELECT pg_sleep(1.5);\n\n-- ROLLBACK:\n-- DROP TABLE slow;\n',
  'm/003_index.sql':
    '-- Index\nCREATE INDEX CONCURRENTLY people_id ON people (id);\n\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY people_id;\n',
};

for (const mode of ['session', 'transaction'] as const)
  test(`in ${mode} mode: overview, plan, a run with its statement, the stream, and the chain`, async () => {
    // In session mode each session of the console keeps a server process.
    const pooler = await startPooler(await server(18), { mode, poolSize: mode === 'session' ? 12 : 4 });
    try {
      await withCli(18, FILES, (at) =>
        withConsole(at, ['--write', '--database', pooler.url(at.database.name)], async ({ url, links }) => {
          const one = await signIn(url, links[0]!.url);
          const base = `/api/targets/${at.database.name}`;
          const read = async <Value>(part: string): Promise<Value> => {
            const answer = await one.get(`${base}/${part}`);
            assert.equal(answer.status, 200, answer.text);
            return answer.json<Value>();
          };
          const act = async (part: string, body: object) => {
            const answer = await one.post(`${base}/${part}`, body);
            assert.equal(answer.status, 200, answer.text);
            return answer.json<ActionAnswer>();
          };
          const done = async (action: string) => {
            for (;;) {
              const { state, problem } = await read<ActionAnswer>(`actions/${action}`);
              if (state === 'running') await sleep(50);
              else return assert.equal(state, 'done', JSON.stringify(problem));
            }
          };
          assert.equal((await read<OverviewAnswer>('overview')).summary.pending, 3);
          assert.equal((await read<PlanAnswer>('plan')).migrations.length, 3);

          const stream = await follow(url, `${base}/stream`, one.cookie);
          const { id, runId } = await act('apply', {});
          const seen = new Set<string>();
          for (;;) {
            const { run } = await read<RunAnswer>('run');
            if (run?.runId === runId && run.focus) {
              const at = run.focus.statements.shown.find(({ state }) => state === 'running');
              seen.add(
                `${run.focus.version} ${run.process?.query?.includes('pg_sleep') ? 'asleep' : (at?.state ?? '')}`,
              );
            }
            if ((await read<ActionAnswer>(`actions/${id}`)).state !== 'running') break;
            await sleep(100);
          }
          await done(id);
          await stream.until(/event: run\n[\s\S]*event: changed/);
          stream.close();
          assert.ok(seen.has('002_slow asleep'), `the statement in the server is seen: ${[...seen]}`);
          assert.equal((await read<OverviewAnswer>('overview')).summary.applied, 3);
          assert.equal((await read<{ problem: unknown }>('events/chain')).problem, null);

          await done((await act('rollback', { steps: 1 })).id);
          const tables = await at.database.sql("SELECT to_regclass('people')::text, to_regclass('people_id')::text");
          assert.deepEqual(tables, [['people', null]]);
          const held = await at.database.sql(
            `SELECT count(*) FROM pg_stat_activity WHERE datname = '${at.database.name}' AND state LIKE 'idle in transaction%'`,
          );
          assert.deepEqual(held, [['0']], 'nothing of the pool is held');
        }),
      );
    } finally {
      await pooler.kill();
    }
  });
