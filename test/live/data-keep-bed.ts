import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { DatabaseWorkplace, Files } from '../support/cli.ts';

export const ROWS = 6_000;

/** Requests with values that no ROLLBACK section could tell: every third has a priority of its own. */
export const REQUESTS: Files = {
  'm/001_requests.sql': `-- Requests
CREATE TABLE requests (id bigint PRIMARY KEY, note text NOT NULL, priority text, updated integer NOT NULL DEFAULT 0);
INSERT INTO requests SELECT i, 'Note ' || i, CASE i % 3 WHEN 0 THEN 'low ' || i END FROM generate_series(1, ${ROWS}) AS i;
-- ROLLBACK:
-- DROP TABLE requests;
`,
};

export const HEADERS = '-- Kind: data\n-- Batch: requests by id\n-- Target: 10ms\n-- Keep: yes';

/** A file that runs in small batches, with what `sections` says behind it. */
export function keeping(statements: string, sections = '', headers = HEADERS): Files {
  return { 'm/002_high.sql': `-- High\n${headers}\n${statements}\n${sections}` };
}

/** Sets every priority; without a ROLLBACK section. */
export const ALL_HIGH = keeping("UPDATE requests SET priority = 'HIGH', updated = updated + 1 WHERE :batch;");

/** Equal where all rows of a table are. */
export async function digest(at: DatabaseWorkplace, table = 'requests'): Promise<unknown> {
  return at.database.sql(`SELECT md5(string_agg(r::text, ',' ORDER BY r::text)), count(*) FROM ${table} AS r`);
}

export async function done(at: DatabaseWorkplace, ...args: string[]): Promise<string> {
  const { exit, output } = await at.run(args);
  assert.equal(exit, 0, output);
  return output;
}

export async function stores(at: DatabaseWorkplace): Promise<string[]> {
  const rows = await at.database.sql(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'taskflow_backup' ORDER BY tablename",
  );
  return rows.map(([name]) => name ?? '');
}

/** Kills runs of a command as often as it takes until one ends by itself, `between` after each kill; how often that was. */
export async function killUntilDone(
  at: DatabaseWorkplace,
  command: readonly string[],
  between: (kills: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const batches = 'SELECT count(*) FROM schema_data_batches';
  for (let kills = 0; ; kills++) {
    const [[before] = []] = await at.database.sql(batches);
    const { child, finished } = at.start([...command]);
    let ended = false;
    void finished.then(() => {
      ended = true;
    });
    // Some batches further, at no particular place of one.
    const wanted = Number(before) + 1 + ((kills * 7) % 4);
    while (!ended && Number((await at.database.sql(batches))[0]?.[0]) < wanted) await setTimeout(2);
    if (!ended) child.kill('SIGKILL');
    const { exit, output } = await finished;
    if (exit !== null) {
      assert.equal(exit, 0, output);
      return kills;
    }
    await between(kills);
  }
}
