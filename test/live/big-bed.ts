/** A table that counts as large, and applications that write it while one of its columns is dropped. */
import assert from 'node:assert/strict';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { type OpenSession, openSession } from '../support/session.ts';

/** More than 8 MB, so that two sessions read it; with the lock timeout below that counts as large. */
export const BIG = `CREATE TABLE big (id bigint PRIMARY KEY, a text NOT NULL, b text NOT NULL, filler text);
INSERT INTO big SELECT i, md5(i::text), md5(i::text), repeat('x', 100) FROM generate_series(1, 50000) AS i;
-- IRREVERSIBLE: the base`;

export const DROP_A = {
  'm/002_drop.sql':
    '-- Drop a\n-- Lock-Timeout: 60ms\nALTER TABLE big DROP COLUMN a;\n-- ROLLBACK:\n-- ALTER TABLE big ADD COLUMN a text;\n',
};

/** `migrate` drops the column while three applications write both columns alike; returns all that it said. */
export async function dropWhileWritten(at: DatabaseWorkplace): Promise<string> {
  const sessions = await Promise.all([1, 2, 3].map(() => openSession(at.database)));
  const writers = sessions.map((session, i) => writeAlike(session, 7919 * (i + 1)));
  for (const writer of writers) writer.catch(() => {}); // told below, unless the run itself failed
  at.write(DROP_A);
  const dropped = await at.run(['migrate']);
  assert.equal(dropped.exit, 0, dropped.output);
  const written = await Promise.all(writers);
  assert(
    written.every((many) => many > 0),
    'they wrote meanwhile',
  );
  await Promise.all(sessions.map((session) => session.end()));
  return dropped.said;
}

/** Until the first of the two columns is gone: how many statements. */
async function writeAlike(session: OpenSession, seed: number): Promise<number> {
  let at = seed;
  for (let written = 0; ; written++) {
    at = (at * 48271) % 2147483647;
    const id = 1 + (at % 50000);
    const sql = [
      `UPDATE big SET a = 'w${at}', b = 'w${at}' WHERE id = ${id}`,
      `INSERT INTO big VALUES (${100000 + at}, 'w${at}', 'w${at}') ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a, b = EXCLUDED.b`,
      `WITH d AS (SELECT 'w${at}' AS v) DELETE FROM big USING d WHERE id = ${id} AND a = b`,
      `UPDATE big SET id = id + 1000000, a = 'w${at}', b = 'w${at}' WHERE id = ${id}`,
    ][written % 4]!;
    const code = await session.query(sql).then(
      () => undefined,
      (error: { code?: string }) => error.code ?? 'unknown',
    );
    if (code === '42703') return written;
    // Two of them have moved a row to one place.
    if (code !== undefined && code !== '23505') throw new Error(code);
  }
}

/** What is there of a copy that is being made: the trigger, its functions, and what has been written meanwhile or, `all`, every store. */
export async function leftOf({ database }: DatabaseWorkplace, all: boolean): Promise<string[]> {
  const rows = await database.sql(`SELECT tgname FROM pg_trigger WHERE tgname = 'taskflow_capture'
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('taskflow_backup')
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('taskflow_backup')
      AND ${all ? "relkind = 'r'" : "relname ~ 'written'"}`);
  return rows.map(([name]) => name ?? '');
}
