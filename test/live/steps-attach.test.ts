/** A statement that outlives the tool, or the other way round: the next run waits for the one, and mends the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import {
  BASE,
  backendEnded,
  holding,
  IRREVERSIBLE,
  indexes,
  invalid,
  killed,
  running,
  startedUntil,
  stateOf,
  story,
  succeeded,
} from './steps-bed.ts';

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: only our connection died: the next run waits for the build and takes it`, () =>
    withCli(major, BASE, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      await killed(await startedUntil(at, 'CREATE INDEX%'));
      const [[pid] = []] = await running(at.database, 'CREATE INDEX%');
      const { notes } = await stateOf(at, '002_step');
      assert.match(
        notes.join('\n'),
        new RegExp(`^server process ${pid} still works at it; taskflow-db migrate waits`, 'm'),
      );
      const next = at.start(['migrate']);
      await next.said(/step 1 waits for pid \d+ \(holder/);
      assert.deepEqual(await running(at.database, 'CREATE INDEX%'), [[pid]], 'one build, the same');
      await holder.release();
      const run = await next.finished;
      assert.equal(run.exit, 0, run.output);
      assert.match(run.said, new RegExp(`pid ${pid} \\(.*\\) still runs step 1 of an earlier run`));
      assert.match(run.said, /step 1 waits for pid \d+ \(holder \d+ of postgres/);
      assert.match(run.said, /made is there and valid \(done\)/);
      assert.deepEqual(await indexes(at.database, 'base'), [
        ['base_old', 'true'],
        ['made', 'true'],
      ]);
      const told = await story(at.database, '002_step');
      assert.deepEqual(told.slice(-3), ['step_checked: done', 'step_finished', 'applied']);
      assert.equal(told.filter((event) => event === 'step_started').length, 1);
    }));

  test(`PostgreSQL ${major}: the server process is ended while the tool lives; nothing is taken for a failure of the file`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      const started = await startedUntil(at, 'CREATE INDEX%');
      await backendEnded(at.database, 'CREATE INDEX%');
      const ended = await started.finished;
      assert.equal(ended.exit, 1, ended.output);
      assert.match(ended.said, /0 of 1 steps of 002_step are done and on record; the next migrate goes on with step 1/);
      await holder.release();
      assert.equal((await stateOf(at, '002_step')).state, 'interrupted');
      await succeeded(at);
      assert.deepEqual(await invalid(at.database), []);
    }));

  test(`PostgreSQL ${major}: a build that does not get on is waited for within --wait, and left alone`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      await killed(await startedUntil(at, 'CREATE INDEX%'));
      const [[pid] = []] = await running(at.database, 'CREATE INDEX%');
      const gaveUp = await at.run(['migrate'], { env: { TASKFLOW_WAIT: '1s' } });
      assert.equal(gaveUp.exit, 4, gaveUp.output);
      assert.match(gaveUp.said, new RegExp(`no progress for .* SELECT pg_terminate_backend\\(${pid}\\)`));
      const stopping = at.start(['migrate']);
      await stopping.said(/still runs step 1 of an earlier run/);
      stopping.child.kill('SIGINT');
      const stopped = await stopping.finished;
      assert.equal(stopped.exit, 130, stopped.output);
      assert.match(stopped.said, new RegExp(`It goes on in the server as pid ${pid}`));
      assert.deepEqual(await running(at.database, 'CREATE INDEX%'), [[pid]], 'left alone by both');
      await holder.release();
      await succeeded(at);
      assert.deepEqual(await invalid(at.database), []);
    }));

  test(`PostgreSQL ${major}: Ctrl-C`, () =>
    withCli(major, BASE, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      const started = await startedUntil(at, 'CREATE INDEX%');
      started.child.kill('SIGINT');
      const stopped = await started.finished;
      assert.equal(stopped.exit, 130, stopped.output);
      await holder.release();
      assert.equal((await stateOf(at, '002_step')).state, 'interrupted');
      await succeeded(at);
      assert.deepEqual(await indexes(at.database, 'base'), [
        ['base_old', 'true'],
        ['made', 'true'],
      ]);
    }));
}
