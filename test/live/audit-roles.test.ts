/** From init to rollback with as few privileges as can be; what is missing is named by doctor with the GRANT that mends it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';

const FILES: Files = {
  'm/001_a.sql': 'CREATE TABLE a (n int);\n-- VERIFY:\n-- SELECT true;\n-- ROLLBACK:\n-- DROP TABLE a;\n',
  'm/002_b.sql': 'CREATE INDEX CONCURRENTLY a_n ON a (n);\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY a_n;\n',
  'm/003_bad.sql': 'SELECT 1 / 0;\n-- ROLLBACK:\n-- SELECT 1;\n',
};

interface Ordinary {
  readonly at: DatabaseWorkplace;
  readonly role: string;
  /** A role that nobody logs in as; the other is no member of it unless the test says so. */
  readonly owner: string;
  run(line: string, env?: Record<string, string>): ReturnType<DatabaseWorkplace['run']>;
}

async function withOrdinary(major: number, body: (one: Ordinary) => Promise<void>): Promise<void> {
  await withCli(major, FILES, async (at) => {
    const [role, owner] = [uniqueName('Ordinary'), uniqueName('owner')];
    const { name, server } = at.database;
    await at.database.sql(
      `CREATE ROLE "${role}" LOGIN; CREATE ROLE ${owner}; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    );
    const url = server.url(name, role);
    try {
      const run: Ordinary['run'] = (line, env = {}) => at.run(line.split(' '), { env: { DATABASE_URL: url, ...env } });
      await body({ at, role, owner, run });
    } finally {
      await server.sql('postgres', `ALTER DATABASE ${name} OWNER TO postgres`);
      await at.database.sql(`DROP OWNED BY "${role}", ${owner} CASCADE; DROP ROLE "${role}", ${owner}`);
    }
  });
}

const LIFE: readonly [line: string, exit: number][] = [
  ['init', 0],
  ['migrate', 1],
  ['status', 0],
  ['history --verify', 0],
  ['repair --mark-applied 3 --reason because --yes', 0],
  ['rollback --version 3 --yes', 0],
  ['rollback --steps 2 --yes', 0],
  ['migrate --to 2', 0],
  ['history', 0],
  ['doctor', 0],
];

async function liveThrough({ run }: Ordinary, env: Record<string, string>): Promise<void> {
  for (const [line, exit] of LIFE) {
    const ran = await run(line, env);
    assert.equal(ran.exit, exit, `${line}\n${ran.output}`);
    assert.doesNotMatch(ran.output, /permission denied|must be owner|error\[internal\]/, line);
  }
}

const owners = (at: DatabaseWorkplace) =>
  at.database.sql(
    "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relname IN ('a', 'a_n', 'schema_migrations', 'schema_migration_events')",
  );

/** Runs every GRANT that doctor prints, until it has nothing more to say about privileges; answers what it said. */
async function mend({ at, run }: Ordinary, env: Record<string, string>): Promise<string[]> {
  const ran: string[] = [];
  for (let round = 0; round < 6; round++) {
    const { findings } = (await run('doctor --json', env)).json<{ findings: { level: string; advice?: string }[] }>();
    const grants = findings.flatMap(({ level, advice }) =>
      level === 'ok' ? [] : (advice?.match(/GRANT [^;]+;/g) ?? []),
    );
    if (grants.length === 0) return ran;
    for (const grant of grants) await at.database.sql(grant);
    ran.push(...grants);
  }
  throw new Error(`doctor is not content:\n${ran.join('\n')}`);
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: the owner of one schema, who may create nothing elsewhere`, () =>
    withOrdinary(major, async (one) => {
      await one.at.database.sql(`CREATE SCHEMA app AUTHORIZATION "${one.role}"`);
      await liveThrough(one, { TASKFLOW_TRACKING_SCHEMA: 'app', TASKFLOW_SEARCH_PATH: 'app' });
      assert.deepEqual(await owners(one.at), [[`"${one.role}"`]]);
    }));

  test(`PostgreSQL ${major}: a login that owns nothing and acts as the owner's role alone`, () =>
    withOrdinary(major, async (one) => {
      const { at, role, owner } = one;
      const only = major >= 16 ? ' WITH INHERIT FALSE, SET TRUE' : '';
      await at.database.sql(`GRANT ${owner} TO "${role}"${only}; GRANT CREATE ON SCHEMA public TO ${owner}`);
      await at.database.sql(`ALTER ROLE "${role}" NOINHERIT`);
      await liveThrough(one, { TASKFLOW_ROLE: owner });
      assert.deepEqual(await owners(at), [[owner]]);
      assert.deepEqual(await at.database.sql('SELECT DISTINCT actor FROM schema_migration_events'), [[role]]);
    }));

  test(`PostgreSQL ${major}: tracking tables of another role, with what doctor asks for and no more`, () =>
    withOrdinary(major, async (one) => {
      const { at, role, run } = one;
      const env = { TASKFLOW_TRACKING_SCHEMA: 'Ops' };
      assert.equal((await at.run(['init'], { env })).exit, 0);
      await at.database.sql(
        `CREATE SCHEMA app AUTHORIZATION "${role}"; ALTER ROLE "${role}" IN DATABASE ${at.database.name} SET search_path = app; REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA "Ops" FROM PUBLIC`,
      );
      const before = await run('doctor', env);
      assert.equal(before.exit, 1, before.output);
      assert.doesNotMatch(before.output, /WRONG connection/);
      const grants = await mend(one, env);
      assert.ok(
        grants.includes(`GRANT SELECT, INSERT ON "Ops".schema_migration_events TO "${role}";`),
        grants.join('\n'),
      );
      assert.ok(grants.includes(`GRANT pg_read_all_stats TO "${role}";`), grants.join('\n'));
      assert.ok(
        !grants.some((grant) => /CREATE[^;]* ON SCHEMA "Ops"|(UPDATE|DELETE)[^;]*events/.test(grant)),
        grants.join('\n'),
      );
      await liveThrough(one, env);
      const attack = `SET ROLE "${role}"; UPDATE "Ops".schema_migration_events SET actor = 'nobody'`;
      await assert.rejects(at.database.sql(attack), /permission denied/);
    }));

  test(`PostgreSQL ${major}: a reader sees status, history and its verification, and changes nothing`, () =>
    withOrdinary(major, async ({ at, role, run }) => {
      await at.run(['migrate', '--to', '2']);
      await at.database.sql(
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO "${role}"; ALTER ROLE "${role}" SET default_transaction_read_only = on`,
      );
      for (const line of [
        'status',
        'history',
        'history --verify',
        'status --json',
        'migrate --dry-run',
        'rollback --dry-run',
      ]) {
        const ran = await run(line);
        assert.equal(ran.exit, 0, `${line}\n${ran.output}`);
      }
      const doctor = await run('doctor');
      assert.equal(doctor.exit, 1);
      assert.match(doctor.stdout, /WRONG privileges on the tracking tables/);
      assert.match(
        doctor.stdout.replace(/\s+/g, ' '),
        new RegExp(`GRANT INSERT, UPDATE ON public\\.schema_migrations TO "${role}"`),
      );
      const refused = await run('migrate');
      assert.equal(refused.exit, 1, refused.output);
    }));

  test(`PostgreSQL ${major}: from nothing at all to a migration, by what doctor prints`, () =>
    withOrdinary(major, async (one) => {
      const { at, run, role } = one;
      const env = { TASKFLOW_TRACKING_SCHEMA: 'ops', TASKFLOW_SEARCH_PATH: 'ops' };
      assert.equal((await run('doctor', env)).exit, 1);
      assert.ok((await mend(one, env)).includes(`GRANT CREATE ON DATABASE ${at.database.name} TO "${role}";`));
      await liveThrough(one, env);
    }));
}

test('PostgreSQL 18: the owner of the database may create in public without a GRANT', () =>
  withOrdinary(18, async (one) => {
    await one.at.database.sql(`ALTER DATABASE ${one.at.database.name} OWNER TO "${one.role}"`);
    await liveThrough(one, {});
  }));

test('a role that may not be taken is named with the GRANT', () =>
  withOrdinary(18, async ({ owner, run }) => {
    const refused = await run('migrate', { TASKFLOW_ROLE: owner });
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.said, new RegExp(`permission denied to set role "${owner}".* GRANT ${owner} TO `));
  }));
