/** Many writers of the audit trail at once leave one whole chain; a long trail is verified in little memory. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const EVENTS = 'schema_migration_events';
const BACK = '\n-- ROLLBACK:\n-- SELECT 1;\n';

async function whole(at: DatabaseWorkplace): Promise<number> {
  const finished = await at.run(['history', '--verify', '--json']);
  const { ok, events, head } = finished.json<{ ok: boolean; events: number; head: { seq: number } }>();
  assert.deepEqual([finished.exit, ok, head.seq], [0, true, events], finished.output);
  return events;
}

/** Twelve rounds of one writer; every third is rolled back, some wait in the middle, some stand under another isolation level. */
function rounds(writer: number): string[] {
  return Array.from({ length: 12 }, (_, i) => {
    const level = ['READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'][(writer + i) % 4];
    const insert = `INSERT INTO ${EVENTS} (event, detail) VALUES ('lock_wait', '{"writer": ${writer}, "round": ${i}}')`;
    const end = (writer + i) % 3 === 0 ? 'ROLLBACK' : 'COMMIT';
    return `BEGIN ISOLATION LEVEL ${level}; ${insert}; SELECT pg_sleep(${i % 4 === 0 ? 0.01 : 0}); ${insert}; ${end}`;
  });
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: twenty writers, some rolling back, beside a migration that fails`, () =>
    withCli(
      major,
      { 'm/001_a.sql': `CREATE TABLE a (n int);${BACK}`, 'm/002_bad.sql': `SELECT pg_sleep(0.3); SELECT 1/0;${BACK}` },
      async (at) => {
        await at.run(['init']);
        const failing = at.run(['migrate']);
        let committed = 0;
        const write = async (writer: number) => {
          for (const round of rounds(writer)) {
            try {
              await at.database.sql(round);
              if (round.endsWith('COMMIT')) committed++;
            } catch (error) {
              // Under a fixed snapshot one cannot follow a row that came after it: refused, never forked.
              assert.match(String(error), /could not serialize|duplicate key/);
              assert.match(round, /REPEATABLE|SERIALIZABLE/);
            }
          }
        };
        await Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)));
        assert.equal((await failing).exit, 1);
        const events = await whole(at);
        const [[rows, pairs] = []] = await at.database.sql(
          `SELECT count(*), count(DISTINCT detail) FROM ${EVENTS} WHERE event = 'lock_wait' AND detail ? 'writer'`,
        );
        assert.equal(Number(rows), committed * 2);
        assert.ok(committed >= 80, `${committed}`);
        assert.equal(Number(pairs), Number(rows) / 2);
        assert.ok(events > Number(rows) + 3);
        const failed = `SELECT e.version, e.event, m.success FROM ${EVENTS} AS e JOIN schema_migrations AS m USING (version) WHERE e.event = 'failed'`;
        assert.deepEqual(await at.database.sql(failed), [['002_bad', 'failed', 'f']]);
      },
    ));
}

test('a trail of 60,000 events is verified in the memory that a short one takes', () =>
  withCli(18, { 'm/.keep': '' }, async (at) => {
    await at.run(['init']);
    const short = await peakOf(at);
    await at.database.sql(
      `INSERT INTO ${EVENTS} (event, detail) SELECT 'lock_wait', jsonb_build_object('n', n, 'text', repeat('x', 400)) FROM generate_series(1, 60000) AS n`,
    );
    const long = await peakOf(at);
    assert.ok(long - short < 80_000, `${short} kB, then ${long} kB`);
    assert.equal(await whole(at), 60_001);
  }));

/** The most memory that the verification ever held, in kB, as the system counted it. */
async function peakOf(at: DatabaseWorkplace): Promise<number> {
  // What is held at most, and not what a garbage collector that is late on a busy machine has left lying.
  const started = at.start(['history', '--verify', '--json'], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
  let peak = 0;
  const poll = setInterval(() => {
    peak = Math.max(peak, highWater(started.child.pid ?? 0));
  }, 5);
  const finished = await started.finished;
  clearInterval(poll);
  assert.equal(finished.exit, 0, finished.output);
  return peak;
}

function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
