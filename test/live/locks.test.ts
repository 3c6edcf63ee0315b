/** A table that others hold: who is in the way is named, nothing queues behind an old holder, nothing waits without a bound. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../src/index.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { uniqueName } from '../support/servers.ts';
import { until, withBed } from './group-bed.ts';
import { ALTER, BUSY, lockWaits, type Session, session, whileHeld } from './locks-bed.ts';

const READ = 'SELECT count(*) FROM busy';
const MAJORS = [14, 18] as const;

/** With the table there and the ALTER pending. */
function withBusy<T>(major: number, body: (at: DatabaseWorkplace) => Promise<T>): Promise<T> {
  return withCli(major, BUSY, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write(ALTER);
    return body(at);
  });
}

const recordedWaits = (at: DatabaseWorkplace) =>
  at.database.sql("SELECT version, detail FROM schema_migration_events WHERE event = 'lock_wait' ORDER BY seq");

/** Whether a reader who comes now gets the table at once: he also queues behind who is queued himself. */
const stateFor = (reader: Session) =>
  reader.run('DO $$ BEGIN LOCK TABLE busy IN ACCESS SHARE MODE NOWAIT; END $$').then(
    () => 'free',
    (error: { code?: string }) => (error.code === '55P03' ? 'queued' : String(error)),
  );

const HOLDERS = "SELECT pid FROM pg_locks WHERE relation = 'busy'::regclass AND granted";

describe('locks', { concurrency: 4 }, () => {
  for (const major of MAJORS) {
    test(`PostgreSQL ${major}: who is in the way is named once, on record, and the run goes on when the table is free`, () =>
      withBusy(major, async (at) => {
        const run = await whileHeld(at.database, READ, async (holder) => {
          const started = at.start(['migrate']);
          await started.said(/idle in transaction for/);
          // Time in which it could be named once more.
          await sleep(2000);
          await holder.run('ROLLBACK');
          const finished = await started.finished;
          return { ...finished, pid: holder.pid };
        });
        assert.equal(run.exit, 0, run.output);
        assert.match(run.stderr, /002_alter: public\.busy is locked; gave way, tries again for at most 10 min/);
        const named = run.said.match(/pid \d+ \(cron of postgres@127\.0\.0\.1\), idle in transaction for/g) ?? [];
        assert.equal(named.length, 1, run.output);
        assert.match(run.said, new RegExp(`pid ${run.pid} \\(cron.*SELECT count\\(\\*\\) FROM busy`));
        for (const line of run.stderr.split('\n')) assert.ok(line.length <= 80, line);
        const rows = await recordedWaits(at);
        assert.ok(rows.length >= 1 && rows.length < 10, `${rows.length} rows`);
        const detail = JSON.parse(rows[0]![1]!);
        assert.equal(rows[0]![0], '002_alter');
        assert.equal(detail.relation, 'public.busy');
        assert.equal(detail.sqlstate, '55P03');
        assert.equal(detail.blockers[0].pid, Number(run.pid));
        assert.equal(detail.blockers[0].state, 'idle in transaction');
        assert.deepEqual(detail.blockers[0].modes, ['AccessShareLock']);
      }));

    test(`PostgreSQL ${major}: readers are not queued behind us while an old holder is there`, () =>
      withBusy(major, async (at) => {
        const found: string[] = [];
        const run = await whileHeld(at.database, READ, async (holder) => {
          await sleep(1100);
          const started = at.start(['migrate']);
          const reader = await session(at.database, 'reader');
          // Behind the refusal, time in which it could queue again.
          const looked = started.said(/gave way/).then(() => sleep(3000, 'looked'));
          while ((await Promise.race([looked, sleep(5)])) === undefined) found.push(await stateFor(reader));
          await reader.end();
          await holder.run('ROLLBACK');
          return started.finished;
        });
        assert.equal(run.exit, 0, run.output);
        const stalls = found.filter((state, i) => state === 'queued' && found[i - 1] !== 'queued');
        assert.ok(stalls.length <= 1, `readers had to queue ${stalls.length} times`);
        assert.equal(found.at(-1), 'free');
        assert.equal(
          (await recordedWaits(at)).length,
          1,
          'refused once, then not queued again until the table was free',
        );
      }));

    test(`PostgreSQL ${major}: a prepared transaction is named, and what ends it`, () =>
      withBusy(major, async (at) => {
        const gid = uniqueName('order');
        await at.database.sql(`BEGIN; UPDATE busy SET n = 1 WHERE id = 1; PREPARE TRANSACTION '${gid}'`);
        const run = await at.run(['migrate', '--lock-budget', '1s']);
        await at.database.sql(`ROLLBACK PREPARED '${gid}'`);
        assert.equal(run.exit, 4, run.output);
        assert.match(run.said, new RegExp(`held by prepared transaction "${gid}" of postgres, prepared \\d`));
        assert.match(run.stderr, new RegExp(`COMMIT PREPARED '${gid}'`));
        assert.equal((await at.run(['migrate'])).exit, 0);
      }));

    test(`PostgreSQL ${major}: when the budget is spent, exit 4 and the list of blockers with their cures`, () =>
      withBusy(major, async (at) => {
        const [run, pids] = await whileHeld(at.database, READ, (idle) =>
          whileHeld(
            at.database,
            'SELECT 1',
            async (active) => {
              const working = active
                .run('SELECT count(*), pg_sleep(120) FROM (SELECT FROM busy LIMIT 1) AS x')
                .catch(() => {});
              await until('reads', async () => (await at.database.sql(HOLDERS)).length > 1);
              const run = await at.run(['migrate', '--json', '--lock-budget=700ms']);
              const text = await at.run(['migrate'], { env: { TASKFLOW_LOCK_BUDGET: '700ms' } });
              await at.database.sql(`SELECT pg_cancel_backend(${active.pid})`);
              await working;
              return [{ run, text }, [idle.pid, active.pid]] as const;
            },
            'report',
          ),
        );
        assert.equal(run.run.exit, 4, run.run.output);
        const { failed } = run.run.json<{ failed: { version: string; sqlstate: string; message: string } }>();
        assert.equal(failed.version, '002_alter');
        assert.equal(failed.sqlstate, '55P03');
        assert.match(failed.message, /gave up waiting for a lock on public\.busy: held by/);
        for (const pid of pids) assert.match(failed.message, new RegExp(`pid ${pid} \\(`));
        assert.equal(run.text.exit, 4);
        assert.match(run.text.stderr, /error\[lock-timeout\]/);
        assert.match(
          run.text.said,
          new RegExp(`End the session of pid ${pids[0]}: SELECT pg_terminate_backend\\(${pids[0]}\\)`),
        );
        assert.match(run.text.said, new RegExp(`SELECT pg_cancel_backend\\(${pids[1]}\\)`));
        const error = run.text.said.slice(run.text.said.indexOf('error['));
        assert.equal(error.split('(cron of').length, 2, 'each blocker is described once');
        assert.match(error, /tried (once, then waited|\d+ times in) [\d.]+ m?s.*; the lock budget is 700 ms/);
        assert.match(run.text.stderr, /now: +Rolled back/);
        const [row] = await at.database.sql("SELECT error_message FROM schema_migrations WHERE version = '002_alter'");
        assert.match(row?.[0] ?? '', /held by pid/);
      }));

    test(`PostgreSQL ${major}: a role that sees nothing of others says what it knows, and the GRANT once`, () =>
      withCli(major, BUSY, async (at) => {
        const role = uniqueName('migrator');
        await at.database.sql(`CREATE ROLE ${role} LOGIN; GRANT ALL ON SCHEMA public TO ${role}`);
        const env = { DATABASE_URL: at.database.server.url(at.database.name, role) };
        try {
          assert.equal((await at.run(['migrate'], { env })).exit, 0);
          at.write(ALTER);
          const run = await whileHeld(at.database, READ, () => at.run(['migrate', '--lock-budget', '2s'], { env }));
          assert.equal(run.exit, 4, run.output);
          assert.match(run.said, /pid \d+ \(cron of postgres\), what it does is hidden from this role/);
          assert.equal(run.said.split(`GRANT pg_read_all_stats TO ${role};`).length, 2, run.output);
          assert.match(run.said, /or end its session, which only a superuser may do: SELECT pg_terminate_backend/);
          assert.doesNotMatch(run.said, /pg_cancel_backend/);
          assert.ok((await recordedWaits(at)).length <= 5, 'its age is not told, so it is measured');
        } finally {
          await at.database.sql(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
        }
      }));

    test(`PostgreSQL ${major}: CREATE INDEX CONCURRENTLY tells whom it waits for, and waits`, () =>
      withBusy(major, async (at) => {
        at.write({
          'm/002_alter.sql':
            'CREATE INDEX CONCURRENTLY busy_n ON busy (n);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY busy_n;\n',
        });
        const run = await whileHeld(at.database, 'UPDATE busy SET n = 1 WHERE id = 1', async (holder) => {
          const started = at.start(['migrate']);
          await until('it is on record', async () => (await recordedWaits(at)).length > 0);
          await holder.run('COMMIT');
          return started.finished;
        });
        assert.equal(run.exit, 0, run.output);
        assert.match(
          run.said,
          /002_alter: (waits for another transaction to end|public\.busy is locked; waits for it) pid \d+ \(cron of postgres@127\.0\.0\.1\), idle in transaction/,
        );
        const [row] = await recordedWaits(at);
        assert.equal(JSON.parse(row![1]!).blockers[0].application, 'cron');
      }));
  }

  test('a row that another transaction has changed is waited for, and that is told', () =>
    withBusy(18, async (at) => {
      at.write({ 'm/002_alter.sql': 'UPDATE busy SET n = 5 WHERE id = 1;\n-- IRREVERSIBLE: test\n' });
      const run = await whileHeld(at.database, 'UPDATE busy SET n = 4 WHERE id = 1', async (holder) => {
        const started = at.start(['migrate']);
        await started.said(/waits for another transaction to end/);
        await holder.run('COMMIT');
        return started.finished;
      });
      assert.equal(run.exit, 0, run.output);
      assert.match(run.said, /002_alter: waits for another transaction to end pid \d+ \(cron of postgres/);
      assert.doesNotMatch(run.said, /gave way/);
      assert.deepEqual(await at.database.sql('SELECT n FROM busy WHERE id = 1'), [['5']]);
    }));

  test('through PgBouncer in transaction mode the blockers are named as well', () =>
    withBusy(18, async (at) => {
      const pooler = await startPooler(at.database.server);
      const env = { DATABASE_URL: pooler.url(at.database.name) };
      const run = await whileHeld(at.database, READ, async (holder) => {
        const started = at.start(['migrate'], { env });
        await started.said(/gave way/);
        await holder.run('ROLLBACK');
        return { ...(await started.finished), pid: holder.pid };
      });
      await pooler.kill();
      assert.equal(run.exit, 0, run.output);
      assert.match(run.said, new RegExp(`public\\.busy is locked; gave way.*pid ${run.pid} \\(cron`));
      assert.ok((await recordedWaits(at)).length < 10);
    }));

  test('a run that holds back stops at once when it is asked to', () =>
    withBed(18, BUSY, async (bed) => {
      assert.ok((await bed.migrate()).ok);
      bed.write(ALTER);
      const controller = new AbortController();
      let asked = 0;
      const run = await whileHeld(bed.database, READ, () =>
        bed.migrate({
          signal: controller.signal,
          onEvent: (event) => {
            if (event.kind !== 'lock_wait' || event.phase !== 'holding_off' || asked > 0) return;
            asked = performance.now();
            controller.abort();
          },
        }),
      );
      assert.equal(run.problem?.code, 'cancelled');
      assert.ok(asked > 0 && performance.now() - asked < 10_000);
    }));

  test('in the events: queued, refused, held off, with the blocker each time', () =>
    withBed(18, BUSY, async (bed) => {
      assert.ok((await bed.migrate()).ok);
      bed.write(ALTER);
      const [run, pid] = await whileHeld(bed.database, READ, async (holder) => {
        const phases = new Set<string>();
        const onEvent = (event: RunEvent) => void (event.kind === 'lock_wait' && phases.add(event.phase));
        // Long, so that it is looked at in time while it waits.
        const running = bed.migrate({ onEvent, env: { TASKFLOW_LOCK_TIMEOUT: '2s' } });
        await until('it holds off', async () => phases.has('holding_off'));
        await holder.run('ROLLBACK');
        return [await running, Number(holder.pid)] as const;
      });
      assert.ok(run.ok);
      const waits = lockWaits(run.events);
      assert.deepEqual(new Set(waits.map((one) => one.phase)), new Set(['waiting', 'refused', 'holding_off']));
      for (const one of waits) assert.equal(one.relation, 'public.busy');
      assert.ok(waits.filter((one) => one.phase !== 'waiting').some((one) => one.blockers[0]?.pid === pid));
      assert.equal(waits.filter((one) => one.news).length, 1);
      assert.equal(waits.at(-1)?.budgetMs, 600_000);
    }));
});
