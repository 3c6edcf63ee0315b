/** How far a long statement is: as events for whoever watches, on the progress line, and whom it waits for as a line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/index.ts';
import { createProgressText } from '../../src/report/progress-text.ts';
import { onServers } from '../support/on-servers.ts';
import { GATE, openGate } from './gate.ts';
import { until, withBed } from './group-bed.ts';
import { BASE, holding, IRREVERSIBLE } from './steps-bed.ts';

type Progress = Extract<RunEvent, { kind: 'progress' }>;

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a concurrent build tells its phase and whom it waits for`, () =>
    withBed(major, BASE, async (bed) => {
      await bed.migrate();
      bed.write({ 'm/002_step.sql': `CREATE INDEX CONCURRENTLY made ON base (name);\n${IRREVERSIBLE}` });
      const holder = await holding(bed.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      const events: RunEvent[] = [];
      const run = bed.migrate({ onEvent: (event) => events.push(event) });
      // A look may come before it has got so far.
      const told = () =>
        events.filter(
          (event): event is Progress => event.kind === 'progress' && event.phase === 'waiting for writers before build',
        );
      await until('progress', async () => told().length > 1);
      await until('a line', async () => events.some((event) => event.kind === 'lock_wait' && event.news));
      await holder.release();
      assert.equal((await run).ok, true);
      const [first] = told();
      assert.ok(first);
      assert.deepEqual([first.step, first.steps, first.done, first.total, first.unit], [1, 1, 0, 1, 'transactions']);
      assert.match(first.waitsFor ?? '', /^pid \d+ \(holder \d+ of postgres, active since [\d:]+\)$/);
      const line = createProgressText();
      const lines = events.map(line).filter((text) => text?.includes('waits'));
      // For a moment behind it, it may wait for somebody else.
      assert.match(
        lines.join('\n'),
        /^ {2}002_step: waits [\d.]+ s for pid \d+ \(holder \d+ of postgres\): writers before build$/m,
      );
      const waits = events.filter((event) => event.kind === 'lock_wait' && event.phase === 'waiting' && event.news);
      assert.equal(waits.length, 1, 'one line, however long it takes');
    }));

  test(`PostgreSQL ${major}: VACUUM and CREATE INDEX in a transaction of a step tell how far they are`, () =>
    withBed(major, BASE, async (bed) => {
      await bed.migrate();
      await bed.database.sql("INSERT INTO base SELECT g, 'name' FROM generate_series(1, 3000) AS g");
      await bed.database.sql('DELETE FROM base WHERE id % 2 = 0');
      // The build goes on when it has been told of.
      const slow = `CREATE FUNCTION wait_at_gate() RETURNS void LANGUAGE plpgsql AS ${GATE.replace('DO ', '')};
CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.wait_at_gate(); RETURN n; END $$;\n`;
      bed.write({
        'm/002_step.sql': `${slow}SET vacuum_cost_delay = 100;\nSET vacuum_cost_limit = 4;\nVACUUM base;\nCREATE INDEX made ON base (slow(id));\n${IRREVERSIBLE}`,
      });
      const phases = new Set<string>();
      let opened: Promise<void> | undefined;
      const run = await bed.migrate({
        onEvent: (event) => {
          if (event.kind !== 'progress') return;
          phases.add(event.phase);
          if (event.phase.startsWith('building index')) opened ??= openGate(bed.database);
        },
      });
      await opened;
      assert.equal(run.ok, true, run.problem?.message);
      assert.ok(
        [...phases].some((phase) => /heap/.test(phase)),
        [...phases].join(),
      );
      assert.ok(
        [...phases].some((phase) => phase.startsWith('building index')),
        [...phases].join(),
      );
    }));
}
