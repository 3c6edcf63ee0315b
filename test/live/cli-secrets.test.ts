/** A password is nowhere: not in output, tables, the activity view or the process list. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Files, type Finished, type Workplace, withWorkplace } from '../support/cli.ts';
import { createDatabase, type OwnServer, ownServer, type TestDatabase } from '../support/servers.ts';
import { atGate, closeGate, GATE, openGate } from './gate.ts';

/** With characters that a URL has to escape, so that both its forms are looked for. */
const CANARY = 'c4nary-S3cret/42';
const FORMS = [CANARY, encodeURIComponent(CANARY)];

const GOOD = `CREATE TABLE a (n int);\n${GATE};\n-- ROLLBACK:\n-- DROP TABLE a;\n`;
const TALKATIVE = `CREATE TABLE b (n int);
DO $$
BEGIN
  RAISE NOTICE 'connecting with password=%', current_setting('test.canary');
  RAISE EXCEPTION 'cannot use postgres://u:%@h/db', current_setting('test.canary');
END
$$;
-- ROLLBACK:
-- DROP TABLE b;
`;
const COMMANDS = [
  'migrate',
  'migrate --json',
  'migrate --verbose',
  'status',
  'status --json',
  'history',
  'history --json',
  'doctor',
  'rollback --yes',
];

/** For the second and further ways: what reads the target is the same for all. */
const SOME_COMMANDS = ['migrate --json', 'status', 'doctor', 'rollback --yes'];

let guarded: OwnServer;
let database: TestDatabase;

before(async () => {
  guarded = await ownServer(18, { hba: 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n' });
  await guarded.sql('postgres', `CREATE ROLE keeper LOGIN PASSWORD '${CANARY}'`);
  database = await createDatabase(guarded);
  await database.sql(`ALTER DATABASE ${database.name} OWNER TO keeper; GRANT ALL ON SCHEMA public TO keeper`);
  await database.sql(`ALTER DATABASE ${database.name} SET test.canary = '${CANARY}'`);
});
after(() => guarded?.stop());

/** The ways to give a password, each as the environment of a run. */
function ways(at: Workplace): Record<string, Record<string, string>> {
  const plain = `postgresql://keeper@127.0.0.1:${guarded.port}/${database.name}`;
  const passfile = join(at.folder, '.pgpass');
  writeFileSync(passfile, `127.0.0.1:*:*:keeper:${CANARY}\n`, { mode: 0o600 });
  writeFileSync(join(at.folder, 'secret'), `${CANARY}\n`, { mode: 0o600 });
  const place = { host: '127.0.0.1', port: guarded.port, database: database.name, user: 'keeper' };
  const environment = { ...place, passwordCommand: ['cat', join(at.folder, 'secret')] };
  at.write({
    'taskflow-db.config.json': JSON.stringify({ environments: { guarded: environment } }),
    'services.conf': `[guarded]\nhost=127.0.0.1\nport=${guarded.port}\ndbname=${database.name}\nuser=keeper\npassword=${CANARY}\n`,
  });
  return {
    URL: { DATABASE_URL: plain.replace('keeper@', `keeper:${encodeURIComponent(CANARY)}@`) },
    PGPASSWORD: { DATABASE_URL: plain, PGPASSWORD: CANARY },
    '.pgpass': { DATABASE_URL: plain, PGPASSFILE: passfile },
    passwordCommand: { TASKFLOW_ENV: 'guarded' },
    'service file': { DATABASE_URL: '', PGSERVICE: 'guarded', PGSERVICEFILE: join(at.folder, 'services.conf') },
    DB_PASSWORD: {
      DB_HOST: '127.0.0.1',
      DB_PORT: String(guarded.port),
      DB_NAME: database.name,
      DB_USER: 'keeper',
      DB_PASSWORD: CANARY,
    },
  };
}

test('a password that was given in any way is shown by no command and kept in no table', () =>
  withWorkplace({ 'm/001_good.sql': GOOD } satisfies Files, {}, async (at) => {
    for (const [way, env] of Object.entries(ways(at))) {
      at.write({ 'm/001_good.sql': GOOD, 'm/002_talkative.sql': TALKATIVE });
      await closeGate(database);
      const started = at.start(['migrate', '--verbose'], { env });
      const seen = await whileRunning(started.child.pid ?? 0);
      await openGate(database);
      clean(seen, `${way}: activity and process list`);
      const first = await started.finished;
      assert.equal(first.exit, 1, `${way}\n${first.output}`);
      assert.match(first.stderr, /cannot use postgres:\/\/u:\*+@h\/db/, way);
      clean(first.output, way);
      for (const command of way === 'URL' ? COMMANDS : SOME_COMMANDS)
        clean(await outputOf(at, command, env), `${way}: ${command}`);
    }
    clean(await tables(), 'tables');
    const log = readFileSync(guarded.logFile, 'utf8').split('\n');
    // What a migration says of its own accord, the server logs; that is not the tool's to hide.
    clean(log.filter((line) => !/cannot use postgres|connecting with/.test(line)).join('\n'), "the server's log");
  }));

/** A password of another role, which stands in a file: the tool was never told that it is one. */
const WRITTEN = 'wr1tten-S3cret';
const IN_FILES: Readonly<Record<string, string>> = {
  'a literal': `CREATE ROLE keeper PASSWORD '${WRITTEN}'`,
  'an escape string, over lines': `ALTER ROLE nobody_there\n  WITH ENCRYPTED\n  PASSWORD\n  E'${WRITTEN}\\n'`,
  'a long line, cut where the password stands': `CREATE ROLE postgres WITH LOGIN PASSWORD '${WRITTEN}${'x'.repeat(60)}'`,
  'dollar quotes': `ALTER ROLE nobody_there PASSWORD $x$${WRITTEN}$x$`,
  'a DO block': `DO $$ BEGIN EXECUTE 'ALTER ROLE nobody_there PASSWORD ''${WRITTEN}'''; END $$`,
  'a connection string': `SELECT 'host=h password=${WRITTEN} dbname=d'::int`,
  'a URL': `SELECT 'postgres://u:${WRITTEN}@h/d'::int`,
  'options of a user mapping': `CREATE USER MAPPING FOR keeper SERVER nowhere OPTIONS (user 'u', password '${WRITTEN}')`,
};

/** What is shown does not depend on whether the SQL is stored, except where it is read again. */
const WITH_STORED: Readonly<Record<string, readonly string[]>> = {
  true: ['migrate', 'migrate --verbose', 'status --json', 'history --json'],
  false: ['migrate --dry-run=live', 'migrate --json', 'history --json'],
};

test('a password in a statement that fails is in no message and no event; the file is kept as it is, or not at all', () =>
  withWorkplace({ 'm/001_good.sql': GOOD } satisfies Files, {}, async (at) => {
    const env = { ...ways(at).PGPASSWORD, TASKFLOW_TRACKING_SCHEMA: 'written' };
    at.remove('m/001_good.sql');
    await outputOf(at, 'init', env);
    for (const [way, statement] of Object.entries(IN_FILES)) {
      for (const [storeSql, commands] of Object.entries(WITH_STORED)) {
        at.write({ 'm/009_role.sql': `${statement};\n-- ROLLBACK:\n-- SELECT 1;\n` });
        for (const command of commands) {
          const seen = await outputOf(at, command, { ...env, TASKFLOW_STORE_SQL: storeSql });
          assert.ok(!seen.includes(WRITTEN), `${way}: ${command}\n${seen}`);
        }
        const [[kept, rest = ''] = []] = await database.sql(
          "SELECT body_sql IS NOT NULL, (to_jsonb(m) - 'body_sql')::text || (SELECT string_agg(e::text, ' ') FROM written.schema_migration_events AS e) FROM written.schema_migrations AS m",
        );
        assert.equal(kept, storeSql.slice(0, 1), way);
        assert.ok(!rest?.includes(WRITTEN), `${way}: ${rest}`);
      }
    }
  }));

test('a wrong password: exit 1, who and where, and not what', () =>
  withWorkplace({ 'm/001_good.sql': GOOD }, {}, async (at) => {
    const url = `postgresql://keeper:${encodeURIComponent(`${CANARY}x`)}@127.0.0.1:${guarded.port}/${database.name}`;
    for (const args of [['migrate'], ['status', '--json'], ['doctor']]) {
      const refused = await at.run(args, { env: { DATABASE_URL: url } });
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.output, /turned down the password of \\?"keeper|password authentication failed for user/);
      clean(refused.output, args.join(' '));
    }
    const none = await at.run(['migrate'], { env: { DATABASE_URL: url.replace(/:[^:@]*@/, '@') } });
    assert.equal(none.exit, 1, none.output);
    assert.match(none.stderr, /error\[authentication\]/);
    assert.match(none.said, /password/);
    assert.match(none.said, /next: .*(PGPASSWORD|\.pgpass|--password)/, none.stderr);
    const broken = await at.run(['migrate'], { env: { DATABASE_URL: `postgresql://keeper:${CANARY}@h:bad/x` } });
    assert.equal(broken.exit, 2, broken.output);
    clean(broken.output, 'a URL that cannot be read');
  }));

async function outputOf(at: Workplace, command: string, env: Record<string, string>): Promise<string> {
  const finished: Finished = await at.run(command.split(' '), { env });
  assert.notEqual(finished.exit, null);
  assert.ok(finished.output.length > 0, command);
  return finished.output;
}

/** What others can see while a migration is at work: the activity view, and the command lines of all processes. */
async function whileRunning(pid: number): Promise<string> {
  await atGate(database);
  const rows = await database.sql(
    "SELECT to_json(a)::text FROM pg_stat_activity AS a WHERE datname = current_database() AND usename = 'keeper'",
  );
  return rows.flat().join('\n') + commandLines(pid);
}

function commandLines(pid: number): string {
  assert.ok(readdirSync('/proc').includes(String(pid)));
  const lines = readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
  return lines.join('\n');
}

async function tables(): Promise<string> {
  const names = ['schema_migrations', 'schema_migration_events', 'schema_migration_settings'];
  const rows = await Promise.all(names.map((name) => database.sql(`SELECT to_json(t)::text FROM ${name} AS t`)));
  return rows.flat(2).join('\n');
}

function clean(text: string, where: string): void {
  for (const form of FORMS) assert.ok(!text.includes(form), `the password is in ${where}:\n${text.slice(0, 2000)}`);
}
