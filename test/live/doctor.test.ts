/** What doctor finds in a database where something is not as it should be, and what it says to do about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import { session } from './locks-bed.ts';
import {
  BASE,
  backendEnded,
  cutOff,
  holding,
  IRREVERSIBLE,
  killed,
  running,
  startedUntil,
  succeeded,
} from './steps-bed.ts';

interface Finding {
  readonly name: string;
  readonly level: string;
  readonly found: string;
  readonly advice?: string;
}

async function doctor(at: DatabaseWorkplace, env: Record<string, string> = {}): Promise<Finding[]> {
  const run = await at.run(['doctor', '--json'], { env });
  const { findings } = run.json<{ findings: Finding[] }>();
  for (const { found, advice = '' } of findings) assert.doesNotMatch(`${found} ${advice}`, /\.[.:]|\. :|;;|undefined/);
  return findings;
}

/** The only finding of that name. */
async function finding(at: DatabaseWorkplace, name: string, env: Record<string, string> = {}): Promise<Finding> {
  const found = (await doctor(at, env)).filter((one) => one.name === name);
  assert.equal(found.length, 1, `${name}: ${JSON.stringify(found)}`);
  return found[0]!;
}

const GUARDS: readonly [what: string, sql: string, says: RegExp][] = [
  [
    'a trigger that is gone',
    'DROP TRIGGER schema_migration_events_no_change ON schema_migration_events',
    /the trigger schema_migration_events_no_change, which refuses UPDATE and DELETE, is gone/,
  ],
  [
    'a trigger that is disabled',
    'ALTER TABLE schema_migration_events DISABLE TRIGGER schema_migration_events_chain',
    /schema_migration_events_chain, which chains each new row, is disabled/,
  ],
  [
    'a function that was replaced',
    'CREATE OR REPLACE FUNCTION schema_migration_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$',
    /the function schema_migration_events_append_only was replaced/,
  ],
];

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: where all is well it has nothing to note; each thing is looked at once`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      const run = await at.run(['doctor']);
      assert.equal(run.exit, 0, run.output);
      assert.doesNotMatch(run.stdout, /WRONG|note/);
      const names = (await doctor(at)).map((one) => one.name);
      assert.deepEqual([...new Set(names)], names);
      assert.equal(names.filter((name) => /session|see/.test(name)).length, 1, names.join('\n'));
    }));

  test(`PostgreSQL ${major}: what guards the audit trail was taken away or changed`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      for (const [what, sql, says] of GUARDS) {
        await at.database.sql(sql);
        const { level, found, advice } = await finding(at, 'audit trail');
        assert.equal(level, 'wrong', what);
        assert.match(found, says);
        assert.match(advice ?? '', /docs\/AUDIT\.md.*history --verify/);
      }
      assert.equal((await at.run(['doctor'])).exit, 1);
    }));

  test(`PostgreSQL ${major}: an interrupted version and the invalid index that is its own: migrate, no REINDEX`, () =>
    withCli(major, BASE, async (at) => {
      await cutOff(at, 'CREATE INDEX CONCURRENTLY made ON base (name);', 'CREATE INDEX%');
      await at.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'base_old'::regclass");
      const { found, advice } = await finding(at, 'interrupted migrations');
      assert.match(found, /^002_step: step 1 of 1 was under way: CREATE INDEX CONCURRENTLY made/);
      assert.equal(advice, 'taskflow-db migrate goes on there.');
      const indexes = (await doctor(at)).filter((one) => one.name === 'invalid indexes');
      assert.deepEqual(
        indexes.map((one) => [one.found, one.advice]),
        [
          ['public.made, of the interrupted 002_step', 'taskflow-db migrate sets it right; leave it as it is.'],
          ['public.base_old', 'Build it anew: REINDEX INDEX CONCURRENTLY public.base_old; or drop it.'],
        ],
      );
      await succeeded(at);
      assert.equal((await finding(at, 'interrupted migrations')).found, 'none');
    }));

  test(`PostgreSQL ${major}: what a REINDEX has left is dropped, not built anew`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      await at.database.sql('CREATE INDEX base_old_ccnew ON base (id)');
      await at.database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'base_old_ccnew'::regclass");
      const { advice } = await finding(at, 'invalid indexes');
      assert.equal(advice, 'What a REINDEX has left is dropped: DROP INDEX CONCURRENTLY public.base_old_ccnew;');
    }));

  test(`PostgreSQL ${major}: a statement that is still at work though its run is gone`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      at.write({ 'm/002_step.sql': `DROP INDEX CONCURRENTLY base_old;\n${IRREVERSIBLE}` });
      const holder = await holding(at.database, 'LOCK TABLE base IN ROW EXCLUSIVE MODE');
      await killed(await startedUntil(at, 'DROP INDEX%'));
      const [[pid] = []] = await running(at.database, 'DROP INDEX%');
      // The lease holds for some seconds, in which a run may be taken for alive.
      await until('its run is known to be gone', async () =>
        (await doctor(at)).some((one) => one.name === 'left at work'),
      );
      const { found, advice } = await finding(at, 'left at work');
      assert.equal(
        found,
        `pid ${pid} of postgres still runs what a run had begun that is gone: DROP INDEX CONCURRENTLY base_old`,
      );
      assert.match(advice ?? '', new RegExp(`next migrate waits for it\\. .*pg_terminate_backend\\(${pid}\\);`));
      assert.match((await finding(at, 'other runs')).found, /ended without a word/);
      await backendEnded(at.database, 'DROP INDEX%');
      await holder.release();
    }));

  test(`PostgreSQL ${major}: as many connections as a run takes, of the role and of the database`, () =>
    withCli(major, BASE, async (at) => {
      const role = uniqueName('few');
      const { database } = at;
      await database.sql(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 2; GRANT ALL ON SCHEMA public TO ${role}`);
      const env = { DATABASE_URL: database.server.url(database.name, role) };
      try {
        assert.equal((await at.run(['migrate'], { env })).exit, 0, 'two are enough');
        const two = await finding(at, 'connections', env);
        assert.equal(two.level, 'note');
        assert.match(two.found, new RegExp(`2 are free: the role ${role} has CONNECTION LIMIT 2, others have taken 0`));
        await database.sql(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
        at.write({ 'm/002_step.sql': `SELECT 1;\n${IRREVERSIBLE}` });
        assert.equal((await at.run(['migrate'], { env })).exit, 1, 'one is not');
        const one = await finding(at, 'connections', env);
        assert.equal(one.level, 'wrong');
        assert.match(one.advice ?? '', new RegExp(`ALTER ROLE ${role} CONNECTION LIMIT 4;`));
        await database.sql(
          `ALTER ROLE ${role} CONNECTION LIMIT -1; ALTER DATABASE ${database.name} CONNECTION LIMIT 3`,
        );
        const others = await session(database, 'other', role);
        const few = await finding(at, 'connections', env);
        await others.end();
        assert.match(
          few.found,
          new RegExp(`the database ${database.name} has CONNECTION LIMIT 3, others have taken [12] of`),
        );
      } finally {
        await database.sql(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
      }
    }));

  test(`PostgreSQL ${major}: a role that may not be taken is named with the GRANT that lets it`, () =>
    withCli(major, BASE, async (at) => {
      const [login, owner] = [uniqueName('login'), uniqueName('owner')];
      await at.database.sql(`CREATE ROLE ${login} LOGIN; CREATE ROLE ${owner}`);
      const env = { DATABASE_URL: at.database.server.url(at.database.name, login), TASKFLOW_ROLE: owner };
      const refused = [await at.run(['migrate'], { env }), await at.run(['doctor'], { env })];
      await at.database.sql(`DROP ROLE ${login}, ${owner}`);
      for (const { exit, output } of refused) {
        assert.equal(exit, 1, output);
        assert.match(output.replace(/\s+/g, ' '), new RegExp(`GRANT ${owner} TO ${login};`));
      }
    }));

  test(`PostgreSQL ${major}: a prepared transaction, with both ways to end it and where`, () =>
    withCli(major, BASE, async (at) => {
      await succeeded(at);
      const gid = uniqueName("it's");
      const literal = `'${gid.replaceAll("'", "''")}'`;
      await at.database.sql(`BEGIN; UPDATE base SET id = 1 WHERE id = 1; PREPARE TRANSACTION ${literal}`);
      const { advice } = await finding(at, 'prepared transactions');
      await at.database.sql(`ROLLBACK PREPARED ${literal}`);
      assert.ok(
        advice?.endsWith(
          `in the database ${at.database.name}: COMMIT PREPARED ${literal}; or ROLLBACK PREPARED ${literal};`,
        ),
        advice,
      );
    }));
}
