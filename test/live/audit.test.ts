/** history --verify: what was done to the audit trail behind the tool's back is found and named, also when a superuser did it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAYOUT_1 } from '../../src/ledger/layout/version1.ts';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const BACK = '\n-- ROLLBACK:\n-- SELECT 1;\n';
const FILES: Files = {
  'm/001_a.sql': `CREATE TABLE a (n int);${BACK}`,
  'm/002_b.sql': `CREATE TABLE b (n int);${BACK}`,
  'm/003_bad.sql': `DO $$ BEGIN RAISE EXCEPTION E'a "quote", a \\\\, für 🎉, a tab\\tand\\u001fmore\\u2028'; END $$;${BACK}`,
};

interface Verified {
  ok: boolean;
  events: number;
  head: { seq: number; hash: string; at: string } | null;
  firstBad: { seq: number; kind: string; detail: string } | null;
  guards: string[];
}

async function verified(at: DatabaseWorkplace, ...more: string[]): Promise<Verified & { exit: number | null }> {
  const finished = await at.run(['history', '--verify', '--json', ...more]);
  return { ...finished.json<Verified>(), exit: finished.exit };
}

/** As whoever owns the server can: the triggers off, the deed, the triggers on again as they were. */
async function tamper(at: DatabaseWorkplace, deed: string): Promise<void> {
  const names = ['chain', 'no_change', 'no_truncate'];
  const back = names.map((name) => `ENABLE ALWAYS TRIGGER schema_migration_events_${name}`).join(', ');
  await at.database.sql(
    `ALTER TABLE schema_migration_events DISABLE TRIGGER ALL; ${deed}; ALTER TABLE schema_migration_events ${back}`,
  );
}

async function withTrail(major: number, body: (at: DatabaseWorkplace) => Promise<void>, schema = 'public') {
  await withCli(
    major,
    FILES,
    async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 1);
      assert.equal((await at.run(['migrate'])).exit, 1);
      await body(at);
    },
    { TASKFLOW_TRACKING_SCHEMA: schema },
  );
}

const EVENTS = 'schema_migration_events';
/** A row of the tamperer's own, whose hash is right for where it stands. */
const FORGED = (
  seq: number,
) => `INSERT INTO ${EVENTS} SELECT r.*, schema_migration_event_hash(r.seq, r.at, r.event, r.version,
  r.run_id, r.actor, r.host, r.tool_version, r.git_commit, r.detail, r.previous_hash) FROM (
  SELECT ${seq}::bigint AS seq, at, event, version, run_id, 'ghost' AS actor, host, tool_version, git_commit, detail,
    hash AS previous_hash FROM ${EVENTS} WHERE seq = ${seq - 1}) AS r`;
const REHASH = (
  seq: number,
) => `UPDATE ${EVENTS} SET hash = schema_migration_event_hash(seq, at, event, version, run_id, actor,
  host, tool_version, git_commit, detail, previous_hash) WHERE seq = ${seq}`;
const SHIFT = (from: number, by: number) =>
  `UPDATE ${EVENTS} SET seq = -seq WHERE seq >= ${from}; UPDATE ${EVENTS} SET seq = -seq + ${by} WHERE seq < 0`;

/** As docs/AUDIT.md says: what was made goes, and running layout 1 again makes what is missing. */
const MEND = `DROP TRIGGER IF EXISTS ${EVENTS}_no_change ON ${EVENTS}; DROP FUNCTION IF EXISTS ${EVENTS}_chain(), ${EVENTS}_append_only(), schema_migration_event_hash CASCADE;
  DROP TRIGGER IF EXISTS zz ON ${EVENTS}; DROP RULE IF EXISTS nothing ON ${EVENTS}; DROP TABLE IF EXISTS child;
  ALTER TABLE ${EVENTS} DISABLE ROW LEVEL SECURITY; ALTER TABLE ${EVENTS} SET LOGGED`;

const DEEDS: readonly [what: string, deed: string, kind: string, seq: number][] = [
  ['who did it', `UPDATE ${EVENTS} SET actor = 'nobody' WHERE seq = 4`, 'changed', 4],
  ['the first row', `UPDATE ${EVENTS} SET actor = 'nobody' WHERE seq = 1`, 'changed', 1],
  ['a time, by a microsecond', `UPDATE ${EVENTS} SET at = at + interval '1 microsecond' WHERE seq = 3`, 'changed', 3],
  ['NULL for nothing', `UPDATE ${EVENTS} SET git_commit = '' WHERE seq = 5`, 'changed', 5],
  ['the detail', `UPDATE ${EVENTS} SET detail = detail || '{"a": 1}' WHERE seq = 5`, 'changed', 5],
  ['a hash', `UPDATE ${EVENTS} SET hash = repeat('a', 64) WHERE seq = 5`, 'changed', 5],
  ['a row and its hash', `UPDATE ${EVENTS} SET actor = 'nobody' WHERE seq = 5; ${REHASH(5)}`, 'changed', 5],
  [
    'the link and the hash of a row',
    `UPDATE ${EVENTS} SET previous_hash = repeat('b', 64) WHERE seq = 5; ${REHASH(5)}`,
    'changed',
    5,
  ],
  ['a row that was taken out', `DELETE FROM ${EVENTS} WHERE seq = 4`, 'removed', 4],
  ['the first rows', `DELETE FROM ${EVENTS} WHERE seq <= 2`, 'removed', 1],
  ['a row taken out, and the gap closed', `DELETE FROM ${EVENTS} WHERE seq = 4; ${SHIFT(5, -1)}`, 'removed', 4],
  ['a forged row between two', `${SHIFT(4, 1)}; ${FORGED(4)}`, 'inserted', 4],
  [
    'a second row of the same position',
    `ALTER TABLE ${EVENTS} DROP CONSTRAINT ${EVENTS}_pkey; ${FORGED(4)}`,
    'inserted',
    4,
  ],
  ['a row before the first', `UPDATE ${EVENTS} SET seq = 0 WHERE seq = 1`, 'inserted', 0],
  [
    'two rows that changed places',
    `UPDATE ${EVENTS} SET seq = -4 WHERE seq = 4; UPDATE ${EVENTS} SET seq = 4 WHERE seq = 5; UPDATE ${EVENTS} SET seq = 5 WHERE seq = -4`,
    'reordered',
    4,
  ],
  [
    'a row moved to the end',
    `UPDATE ${EVENTS} SET seq = 1000 WHERE seq = 4; ${SHIFT(5, -1)}; UPDATE ${EVENTS} SET seq = (SELECT max(seq) + 1 FROM ${EVENTS} WHERE seq < 900) WHERE seq = 999`,
    'reordered',
    4,
  ],
];

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a trail that nobody touched is whole, in any schema, with any text in it`, async () => {
    for (const schema of ['public', 'Ops "Tracking"; 1']) {
      await withTrail(
        major,
        async (at) => {
          const found = await verified(at);
          assert.deepEqual([found.ok, found.exit, found.firstBad, found.guards], [true, 0, null, []]);
          const [[count, hash, time] = []] = await at.database.sql(
            `SELECT seq, hash, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM "${schema.replaceAll('"', '""')}".${EVENTS} ORDER BY seq DESC LIMIT 1`,
          );
          assert.deepEqual([found.events, found.head], [Number(count), { seq: Number(count), hash, at: time }]);
          const text = await at.run(['history', '--verify']);
          assert.match(text.stdout, new RegExp(`^head ${count}:${hash} \\(${time}\\)$`, 'm'));
          assert.match(text.stdout, /^whole: no row/m);
        },
        schema,
      );
    }
  });

  test(`PostgreSQL ${major}: what a superuser did with the triggers off is found, and the first row named`, () =>
    withTrail(major, async (at) => {
      await at.database.sql(`CREATE TABLE kept AS TABLE ${EVENTS}`);
      for (const [what, deed, kind, seq] of DEEDS) {
        await tamper(at, deed);
        const { exit, ok, firstBad, guards } = await verified(at);
        assert.deepEqual(
          { exit, ok, kind: firstBad?.kind, seq: firstBad?.seq, guards },
          { exit: 3, ok: false, kind, seq, guards: [] },
          `${what}: ${firstBad?.detail}`,
        );
        await tamper(at, `TRUNCATE ${EVENTS}; INSERT INTO ${EVENTS} TABLE kept`);
        await at.database.sql(
          `DO $$ BEGIN ALTER TABLE ${EVENTS} ADD CONSTRAINT ${EVENTS}_pkey PRIMARY KEY (seq); EXCEPTION WHEN OTHERS THEN NULL; END $$`,
        );
      }
      assert.equal((await verified(at)).ok, true, 'put back as it was');
    }));

  test(`PostgreSQL ${major}: it believes no function of the database, and says which was replaced`, () =>
    withTrail(major, async (at) => {
      await tamper(
        at,
        `CREATE OR REPLACE FUNCTION schema_migration_event_hash(seq bigint, at timestamptz, event text, version text, run_id uuid,
  actor text, host text, tool_version text, git_commit text, detail jsonb, previous_hash text) RETURNS text LANGUAGE sql STABLE AS
  $f$ SELECT hash::text FROM public.${EVENTS} AS e WHERE e.seq = $1 $f$; UPDATE ${EVENTS} SET actor = 'nobody' WHERE seq = 3`,
      );
      const { firstBad, guards } = await verified(at);
      assert.deepEqual([firstBad?.kind, firstBad?.seq], ['changed', 3]);
      assert.deepEqual(guards, ['the function schema_migration_event_hash was replaced']);
    }));

  const guards: readonly [deed: string, says: RegExp][] = [
    [
      `ALTER TABLE ${EVENTS} DISABLE TRIGGER ${EVENTS}_no_change`,
      /no_change, which refuses UPDATE and DELETE, is disabled/,
    ],
    [`ALTER TABLE ${EVENTS} ENABLE TRIGGER ${EVENTS}_chain`, /chain, which chains each new row, is not ENABLE ALWAYS/],
    [`DROP TRIGGER ${EVENTS}_no_truncate ON ${EVENTS}`, /no_truncate, which refuses TRUNCATE, is gone/],
    [
      `CREATE OR REPLACE FUNCTION ${EVENTS}_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END'`,
      /function schema_migration_events_append_only was replaced/,
    ],
    [`ALTER FUNCTION ${EVENTS}_chain() SECURITY DEFINER`, /chain is SECURITY DEFINER/],
    [`ALTER FUNCTION ${EVENTS}_chain() SET search_path = mallory, public`, /chain has another search_path/],
    [
      `CREATE OR REPLACE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; DROP TRIGGER ${EVENTS}_no_change ON ${EVENTS}; CREATE TRIGGER ${EVENTS}_no_change BEFORE UPDATE OR DELETE ON ${EVENTS} FOR EACH ROW EXECUTE FUNCTION mine(); ALTER TABLE ${EVENTS} ENABLE ALWAYS TRIGGER ${EVENTS}_no_change`,
      /calls mine/,
    ],
    [
      `DROP TRIGGER ${EVENTS}_no_change ON ${EVENTS}; CREATE TRIGGER ${EVENTS}_no_change BEFORE UPDATE OR DELETE ON ${EVENTS} FOR EACH ROW WHEN (OLD.seq < 0) EXECUTE FUNCTION ${EVENTS}_append_only(); ALTER TABLE ${EVENTS} ENABLE ALWAYS TRIGGER ${EVENTS}_no_change`,
      /other conditions/,
    ],
    [
      `CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER zz BEFORE INSERT ON ${EVENTS} FOR EACH ROW EXECUTE FUNCTION swallow()`,
      /trigger zz is not the tool's/,
    ],
    [`CREATE RULE nothing AS ON INSERT TO ${EVENTS} DO INSTEAD NOTHING`, /has a rule/],
    [`ALTER TABLE ${EVENTS} ENABLE ROW LEVEL SECURITY`, /row security/],
    [`ALTER TABLE ${EVENTS} SET UNLOGGED`, /UNLOGGED/],
    [`CREATE TABLE child () INHERITS (${EVENTS}); INSERT INTO child SELECT * FROM ${EVENTS} WHERE seq = 1`, /inherits/],
  ];

  test(`PostgreSQL ${major}: a trigger or function that was taken away, weakened or joined is named`, () =>
    withTrail(major, async (at) => {
      for (const [deed, says] of guards) {
        await at.database.sql(deed);
        const found = await verified(at);
        assert.deepEqual([found.exit, found.ok, found.firstBad, found.guards.length], [3, false, null, 1], deed);
        assert.match(found.guards[0] ?? '', says, deed);
        await at.database.sql(MEND);
        await at.database.sql(LAYOUT_1);
        assert.deepEqual((await verified(at)).guards, [], `mended after ${deed}`);
      }
      await at.database.sql(`DROP TRIGGER ${EVENTS}_chain ON ${EVENTS}`);
      const told: Finished = await at.run(['history', '--verify']);
      assert.equal(told.exit, 3);
      assert.match(told.said, /error\[difference\]: what keeps the audit trail .* next: Find out who changed it/);
      await at.database.sql(`DROP TABLE ${EVENTS} CASCADE`);
      const gone = await verified(at);
      assert.deepEqual([gone.exit, gone.events, gone.guards], [3, 0, [`the table public.${EVENTS} is gone`]]);
    }));
}

test('a policy that hides rows is an error, not a shorter trail', () =>
  withTrail(18, async (at) => {
    await at.database.sql(
      `ALTER TABLE ${EVENTS} ENABLE ROW LEVEL SECURITY; CREATE ROLE ${at.database.name} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${at.database.name}; CREATE POLICY few ON ${EVENTS} USING (seq < 3)`,
    );
    try {
      const url = at.database.server.url(at.database.name, at.database.name);
      const refused = await at.run(['history', '--verify'], { env: { DATABASE_URL: url } });
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.said, /row-level security/);
    } finally {
      await at.database.sql(`DROP OWNED BY ${at.database.name}; DROP ROLE ${at.database.name}`);
    }
  }));

test('before there is a trail there is nothing to verify; a wrong way to ask is told', () =>
  withCli(18, {}, async (at) => {
    const none = await verified(at);
    assert.deepEqual([none.exit, none.ok, none.events, none.head], [0, true, 0, null]);
    for (const args of [
      ['--anchor', 'x'],
      ['--verify', '--limit', '3'],
      ['--verify', '--expect', '12'],
    ]) {
      const refused = await at.run(['history', ...args]);
      assert.equal(refused.exit, 2, refused.output);
    }
  }));

test('what was found is told with what to do', () =>
  withTrail(18, async (at) => {
    await tamper(at, `DELETE FROM ${EVENTS} WHERE seq = 4`);
    const told = await at.run(['history', '--verify']);
    assert.equal(told.exit, 3);
    assert.match(told.said, /error\[difference\]: the audit trail is not whole: row 4 was removed/);
    assert.match(told.said, /now: Rows 1 to 3 are as they were written.* next: Change nothing yet/);
    assert.doesNotMatch(told.stdout, /whole/);
  }));
