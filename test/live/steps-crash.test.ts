/** The server stops at once (pg_ctl stop -m immediate) in the middle of steps: the next migrate mends what is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Started, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, ownServer, type TestServer } from '../support/servers.ts';
import { BASE, holding, IRREVERSIBLE, invalid, killed, startedUntil, story, succeeded } from './steps-bed.ts';

interface Case {
  readonly name: string;
  readonly sql: string;
  /** What the catalog shows behind the crash, and what in the end. */
  readonly look: string;
  readonly half: string | undefined;
  readonly whole: string | undefined;
}

const VALID = (index: string) => `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('${index}')`;

const CASES: readonly Case[] = [
  { name: 'cic', sql: 'CREATE INDEX CONCURRENTLY made ON base (name)', look: VALID('made'), half: 'f', whole: 't' },
  {
    name: 'reindex',
    sql: 'REINDEX INDEX CONCURRENTLY base_old',
    look: VALID('base_old_ccnew'),
    half: 'f',
    whole: undefined,
  },
  {
    name: 'detach',
    sql: 'ALTER TABLE parted DETACH PARTITION part CONCURRENTLY',
    look: "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 'part'::regclass",
    half: 't',
    whole: undefined,
  },
  { name: 'drop', sql: 'DROP INDEX CONCURRENTLY base_old', look: VALID('base_old'), half: 'f', whole: undefined },
];

const FILES = {
  'm/001_base.sql': BASE['m/001_base.sql'].replace(
    '-- IRR',
    `CREATE TABLE parted (n int) PARTITION BY RANGE (n);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (1) TO (9);
-- IRR`,
  ),
};

/** Runs the body with one workplace after the other inside each other, a database each. */
function withPlaces<T>(own: TestServer, body: (places: DatabaseWorkplace[]) => Promise<T>, cases = CASES): Promise<T> {
  const [first, ...others] = cases;
  if (!first) return body([]);
  return withWorkplace(FILES, {}, async (at) => {
    const database = await createDatabase(own, { name: first.name });
    const env = { DATABASE_URL: database.url };
    const place: DatabaseWorkplace = {
      ...at,
      database,
      run: (args, options) => at.run(args, { env, ...options }),
      start: (args) => at.start(args, { env }),
    };
    return withPlaces(own, (places) => body([place, ...places]), others);
  });
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: CREATE, REINDEX, DROP INDEX and DETACH, all CONCURRENTLY, when server and tool stop`, async () => {
    let own = await ownServer(major, { settings: ['fsync = on'] });
    try {
      await withPlaces(own, async (places) => {
        const started: Started[] = [];
        for (const [i, place] of places.entries()) {
          await succeeded(place);
          place.write({ 'm/002_step.sql': `${CASES[i]!.sql};\n${IRREVERSIBLE}` });
          await holding(place.database, 'LOCK TABLE base, parted IN ROW EXCLUSIVE MODE');
          started.push(await startedUntil(place, `${CASES[i]!.sql}%`));
        }
        await own.crash();
        // Before it is back: they would go on at once.
        for (const one of started) await killed(one);
        own = await own.restart();
        for (const [i, place] of places.entries()) {
          const { name, look, half, whole } = CASES[i]!;
          const ask = async () => (await own.sql(name, look)).rows[0]?.[0];
          const again = { DATABASE_URL: own.url(name) };
          assert.equal(await ask(), half, name);
          const run = await place.run(['migrate'], { env: again });
          assert.equal(run.exit, 0, run.output);
          assert.equal(await ask(), whole, name);
          const database = { ...place.database, sql: async (sql: string) => (await own.sql(name, sql)).rows };
          assert.deepEqual(await invalid(database), [], name);
          assert.ok((await story(database, '002_step')).includes('step_checked: half done'), name);
        }
      });
    } finally {
      await own.stop();
    }
  });
}
