/** What migrate holds back until nothing is seen to use what it drops: who is found, what is said, what a person may take on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli, withWorkplace } from '../support/cli.ts';
import { ownServer } from '../support/servers.ts';

const FILES: Files = {
  'm/001_base.sql': `CREATE TABLE requests (id int PRIMARY KEY, status text NOT NULL DEFAULT 'NEW');
INSERT INTO requests SELECT i FROM generate_series(1, 9) AS i;
-- ROLLBACK:
-- DROP TABLE requests;
`,
  'm/002_fill.sql': `ALTER TABLE requests ADD COLUMN state text;
UPDATE requests SET state = status;
-- VERIFY:
-- SELECT count(*) = 0 AS filled FROM requests WHERE state IS DISTINCT FROM status;
-- ROLLBACK:
-- ALTER TABLE requests DROP COLUMN state;
`,
  'm/003_contract.sql': `-- Contracts: 002_fill
ALTER TABLE requests DROP COLUMN status;
-- ROLLBACK:
-- ALTER TABLE requests ADD COLUMN status text;
`,
  'm/004_later.sql': `CREATE TABLE later ();
-- ROLLBACK:
-- DROP TABLE later;
`,
};

interface Result {
  readonly ok: boolean;
  readonly migrations: readonly { readonly version: string; readonly state: string }[];
  readonly held: readonly {
    readonly version: string;
    readonly reason: string;
    readonly evidence: readonly { verdict: string; words: string }[];
  }[];
}

/** What a run has applied, and why it held the contract back. */
async function migrate(at: DatabaseWorkplace, ...args: string[]) {
  const run = await at.run(['migrate', '--json', ...args]);
  assert.equal(run.exit, 0, run.output);
  const { migrations, held } = run.json<Result>();
  const applied = migrations.filter(({ state }) => state === 'applied').map(({ version }) => version);
  return {
    applied,
    held: held[0],
    evidence: held[0]?.evidence.map(({ words }) => words).join('\n') ?? '',
    said: run.said,
  };
}

async function events(at: DatabaseWorkplace, event: string): Promise<Record<string, unknown>[]> {
  const rows = await at.database.sql(
    `SELECT detail::text FROM schema_migration_events WHERE event = '${event}' ORDER BY seq`,
  );
  return rows.map(([detail]) => JSON.parse(detail ?? '{}') as Record<string, unknown>);
}

test('where nobody can have used it, all of it runs at once', () =>
  withCli(14, FILES, async (at) => {
    assert.deepEqual((await migrate(at)).applied, ['001_base', '002_fill', '003_contract', '004_later']);
  }));

test('it waits for its data migration, and the rest is applied', () =>
  withCli(18, FILES, async (at) => {
    await at.run(['migrate', '--to', '001']);
    const first = await migrate(at);
    assert.deepEqual(first.applied, ['002_fill', '004_later']);
    assert.equal(first.held?.version, '003_contract');
    assert.match(first.held?.reason ?? '', /^002_fill has not succeeded yet \(pending\)$/);
    const status = await at.run(['status', '--json']);
    const row = status.json<{ migrations: { version: string; state: string; notes: string[] }[] }>().migrations[2];
    assert.equal(row?.state, 'pending');
    assert.match(row?.notes.join('\n') ?? '', /pg_stat_statements is not installed: queries cannot be seen/);
    assert.deepEqual((await migrate(at)).applied, ['003_contract']);
  }));

const USERS: Readonly<Record<string, readonly [make: string, found: RegExp]>> = {
  'a view': [
    'CREATE VIEW open AS SELECT status FROM requests',
    /the view public\.open depends on public\.requests\.status/,
  ],
  'a materialized view': [
    'CREATE MATERIALIZED VIEW counted AS SELECT status, count(*) FROM requests GROUP BY 1',
    /the materialized view public\.counted depends/,
  ],
  'a function with a SQL body': [
    'CREATE FUNCTION new_ones() RETURNS bigint LANGUAGE sql BEGIN ATOMIC; SELECT count(*) FROM requests WHERE status IS NULL; END',
    /function (public\.)?new_ones\(\) depends/,
  ],
  'the text of a function': [
    `CREATE FUNCTION close(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE requests SET status = 'DONE' WHERE id = $1; END $$`,
    /the text of the function public\.close\(integer\) names public\.requests\.status/,
  ],
  'the text of a trigger function': [
    `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW.status; RETURN NEW; END $$;
CREATE TRIGGER note AFTER UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION note()`,
    /the text of the function public\.note\(\) names/,
  ],
  'a policy': [
    `CREATE POLICY open ON requests USING (status <> 'DONE')`,
    /policy open on table (public\.)?requests depends/,
  ],
};

test('whoever uses the column is named, and goes first', () =>
  withCli(18, FILES, async (at) => {
    await at.run(['migrate', '--to', '002']);
    for (const [who, [make, found]] of Object.entries(USERS)) {
      await at.database.sql(make);
      const { applied, held } = await migrate(at, '--only', '003');
      assert.deepEqual(applied, [], who);
      assert.match(held?.reason ?? '', found, who);
      await at.database.sql(
        'DROP VIEW IF EXISTS open; DROP MATERIALIZED VIEW IF EXISTS counted; DROP FUNCTION IF EXISTS new_ones(), close(int); DROP FUNCTION IF EXISTS note() CASCADE; DROP POLICY IF EXISTS open ON requests',
      );
    }
    assert.deepEqual((await migrate(at)).applied, ['003_contract', '004_later']);
  }));

test('a person may take it on, with a reason that is kept; not that values are lost', () =>
  withCli(14, FILES, async (at) => {
    await at.run(['migrate', '--to', '002']);
    await at.database.sql(
      `CREATE FUNCTION close(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE requests SET status = 'DONE' WHERE id = $1; END $$`,
    );
    await at.database.sql('UPDATE requests SET state = NULL WHERE id = 3');
    const refused = await migrate(at, '--force-contract', 'old release is gone');
    assert.match(refused.held?.reason ?? '', /^VERIFY of 002_fill does not hold any more/);
    assert.deepEqual(await events(at, 'contract_forced'), []);
    await at.database.sql('UPDATE requests SET state = status WHERE id = 3');
    assert.deepEqual((await migrate(at, '--force-contract', 'old release is gone')).applied, ['003_contract']);
    const [decision] = await events(at, 'contract_forced');
    assert.equal(decision?.reason, 'old release is gone');
    assert.match(JSON.stringify(decision?.evidence), /used: the text of the function public.close/);
  }));

test('queries that name the column are seen, and whether more have come since', async (t) => {
  const own = await ownServer(18, { settings: ["shared_preload_libraries = 'pg_stat_statements'"] });
  t.after(() => own.stop());
  await own.sql('postgres', 'CREATE DATABASE shop');
  const sql = (text: string) => own.sql('shop', text);
  await withWorkplace(FILES, { DATABASE_URL: own.url('shop') }, async (workplace) => {
    const at = {
      ...workplace,
      database: { sql: async (text: string) => (await sql(text)).rows },
    } as unknown as DatabaseWorkplace;
    await sql('CREATE EXTENSION pg_stat_statements');
    await at.run(['migrate', '--to', '002']);
    await sql(`SELECT id FROM requests WHERE status = 'NEW'`);
    await sql('SELECT * FROM requests');
    const first = await migrate(at);
    assert.match(
      first.held?.reason ?? '',
      /^1 call since .* of queries that name it, such as: SELECT id FROM requests WHERE status = \$1/,
    );
    assert.match(first.evidence, /quer(y|ies) of all columns \(\*\) may use it/);
    const quiet = await migrate(at);
    assert.match(quiet.held?.reason ?? '', /^none of 1 query that name it was called since .*; a day is waited for$/);
    await sql(`SELECT id FROM requests WHERE status = 'OPEN'`);
    assert.match((await migrate(at)).held?.reason ?? '', /^called since .*: SELECT id FROM requests/);
    assert.equal((await events(at, 'contract_held')).length, 2);
    await sql(`SELECT pg_stat_statements_reset()`);
    assert.deepEqual((await migrate(at)).applied, ['003_contract']);
  });
});
