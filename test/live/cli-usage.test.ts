/** Wrong usage, wrong configuration, no database there: exit 2 or 1 as the contract says, and what to do. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type Files, PROGRAM, type Workplace, withCli, withWorkplace } from '../support/cli.ts';
import { server } from '../support/servers.ts';

const FILES: Files = { 'm/001_a.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n' };

const WRONG: readonly [args: string, says: RegExp][] = [
  ['', /Usage|usage/],
  ['migarte', /Did you mean: taskflow-db migrate/],
  ['migrate --dri-run', /Did you mean --dry-run\?/],
  ['migrate --dry-run=maybe', /maybe/],
  ['migrate extra', /extra/],
  ['migrate --to', /--to/],
  ['migrate --lock-timeout soon', /soon/],
  ['migrate --lock-budget -1', /"-1": a duration cannot be negative/],
  ['migrate --wait -5s', /"-5s": a duration cannot be negative[\s\S]*"250ms", "10s", "5min"/],
  ['migrate --wait 10m', /"10m": this unit is written min: 10min/],
  ['migrate --lock-budget 10 min', /write the two together:\s+--lock-budget 10min/],
  ['migrate --cancel-blockers idle autovacuum', /write the two together:\s+--cancel-blockers idle,autovacuum/],
  ['migrate --to 2 min', /A version is given with --to min/],
  ['rollback --steps=-1', /--steps/],
  ['rollback --steps -1', /whole number[\s\S]*"-1"/],
  ['status --config nowhere.json', /nowhere\.json/],
  ['status --env nowhere', /nowhere/],
  ['history --limit many', /many/],
];

test('wrong usage is exit 2, says what is wrong, and opens no connection', () =>
  withWorkplace(FILES, { DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' }, async (at) => {
    for (const [args, says] of WRONG) {
      const refused = await at.run(args.split(' ').filter((word) => word !== ''));
      assert.equal(refused.exit, 2, `${args}\n${refused.output}`);
      assert.match(refused.output, says, args);
      assert.doesNotMatch(refused.output, /connect/i, args);
      assert.equal(refused.stdout, '', args);
    }
  }));

test('a configuration with several mistakes: all of them, each with its place', () =>
  withWorkplace(FILES, {}, async (at) => {
    at.write({
      'taskflow-db.config.json':
        '{\n  "lockTimout": "1s",\n  "production": "maybe",\n  "environments": { "x": { "hots": "h" } }\n}\n',
    });
    const refused = await at.run(['status']);
    assert.equal(refused.exit, 2, refused.output);
    assert.match(refused.stderr, /taskflow-db\.config\.json:2:3/);
    assert.match(refused.stderr, /taskflow-db\.config\.json:3:/);
    assert.match(refused.stderr, /taskflow-db\.config\.json:4:/);
    assert.match(refused.said, /lockTimeout/);
    at.write({ 'taskflow-db.config.json': '{ "lockTimeout": "1s", ' });
    const broken = await at.run(['status']);
    assert.equal(broken.exit, 2, broken.output);
    assert.match(broken.stderr, /taskflow-db\.config\.json:1:\d+/);
  }));

test('no target: exit 2 with the ways to name one', () =>
  withWorkplace(FILES, {}, async (at) => {
    for (const command of ['migrate', 'status', 'rollback']) {
      const refused = await at.run([command]);
      assert.equal(refused.exit, 2, refused.output);
      assert.match(refused.stderr, /error\[target-missing\]/);
      for (const way of ['--database', 'DATABASE_URL', 'DB_', 'PG']) assert.ok(refused.output.includes(way), way);
    }
  }));

test('nobody listens, no such database, no such user, no PostgreSQL at all', async () => {
  const on = await server(18);
  const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const portOf = (one: typeof web) => (one.address() as { port: number }).port;
  try {
    await withWorkplace(FILES, {}, async (at) => {
      const cases: [url: string, says: RegExp][] = [
        ['postgresql://postgres@127.0.0.1:1/x', /127\.0\.0\.1.*1\b.*(refused|ECONNREFUSED)/i],
        ['postgresql://postgres@no-such-host.invalid/x', /no-such-host\.invalid/],
        [on.url('no_such_database'), /database "no_such_database" does not exist/],
        [on.url('postgres', 'no_such_user'), /role "no_such_user" does not exist/],
        [`postgresql://postgres@127.0.0.1:${portOf(web)}/x`, /PostgreSQL/],
        [`postgresql://postgres@127.0.0.1:${portOf(silent)}/x?connect_timeout=2`, /timeout|timed out|no answer/i],
        ['postgresql://postgres@/x?host=/nowhere', /\/nowhere/],
      ];
      for (const [url, says] of cases) {
        const failed = await at.run(['migrate'], { env: { DATABASE_URL: url } });
        assert.equal(failed.exit, 1, `${url}\n${failed.output}`);
        assert.match(failed.said, says, url);
        assert.match(failed.stderr, /^error\[(connection|authentication)\]/m, url);
        assert.match(failed.stderr, /^next: /m, `${url}\n${failed.stderr}`);
        assert.doesNotMatch(failed.stderr, /\n {4}at /, url);
      }
      for (const url of [
        'mysql://localhost/x',
        'postgresql://[::1/x',
        'postgresql://h:port/x',
        'host=a unknown_keyword=b',
      ]) {
        const refused = await at.run(['status'], { env: { DATABASE_URL: url } });
        assert.equal(refused.exit, 2, `${url}\n${refused.output}`);
        assert.match(refused.stderr, /error\[target-invalid\]/, url);
      }
    });
  } finally {
    web.close();
    silent.close();
  }
});

test("another tool's table of that name is refused with its shape and the way out, and is left as it is", () =>
  withCli(18, FILES, async (at) => {
    const tables = [
      'CREATE TABLE schema_migrations (id int, name text, run_on timestamp)',
      'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean)',
      'CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY)',
      "CREATE VIEW schema_migrations AS SELECT '001_a'::text AS version, now() AS applied_at",
    ];
    for (const table of tables) {
      await at.database.sql(table);
      for (const command of ['migrate', 'init', 'status', 'status --check', 'rollback', 'baseline --to 1']) {
        const refused = await at.run(command.split(' '));
        assert.equal(refused.exit, 1, `${command}\n${refused.output}`);
        assert.match(refused.stderr, /^error\[tracking-layout\]/m, command);
        assert.match(refused.said, /found: .*(name text, run_on timestamp|dirty boolean|version|no table)/, command);
        assert.match(refused.said, /another schema .*"trackingSchema"/, command);
      }
      assert.deepEqual(await at.database.sql("SELECT relname FROM pg_class WHERE relname ~ '^schema_mig.*s$'"), [
        ['schema_migrations'],
      ]);
      const elsewhere = await at.run(['init'], { env: { TASKFLOW_TRACKING_SCHEMA: 'ops' } });
      assert.equal(elsewhere.exit, 0, elsewhere.output);
      await at.database.sql(`DROP SCHEMA ops CASCADE; DROP ${table.split(' ')[1]} schema_migrations`);
    }
  }));

test('init and baseline ask where production is marked, and change nothing before', () =>
  withCli(18, FILES, async (at) => {
    await at.database.sql('CREATE TABLE a (n int)');
    const inProduction = { env: { TASKFLOW_PRODUCTION: 'true' } };
    for (const command of ['init', 'baseline --to 1']) {
      const refused = await at.run(command.split(' '), inProduction);
      assert.equal(refused.exit, 2, refused.output);
      assert.match(refused.stderr, /^error\[confirmation-needed\]/m);
      assert.match(refused.said, /\(production\)\?/);
      assert.match(refused.said, /--yes/);
      assert.deepEqual(await at.database.sql("SELECT to_regclass('schema_migrations')"), [[null]]);
    }
    const mark = "SELECT value FROM schema_migration_settings WHERE key = 'production'";
    assert.equal((await at.run(['init', '--yes'], inProduction)).exit, 0);
    assert.deepEqual(await at.database.sql(mark), [['true']]);
    assert.equal((await at.run(['init'], inProduction)).exit, 0);
    const byOther = await at.run(['baseline', '--to', '1']);
    assert.match(byOther.stderr, /^error\[confirmation-needed\]/m);
    assert.equal((await at.run(['baseline', '--to', '1', '--yes'])).exit, 0);
  }));

test('a baseline that is refused leaves no trace', () =>
  withCli(18, FILES, async (at) => {
    const refused = await at.run(['baseline', '--to', '1']);
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.stderr, /^error\[baseline-mismatch\]/m);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('schema_migrations')"), [[null]]);
  }));

test('a migrate that is refused leaves no trace, not even tracking tables or the mark of production', () =>
  withCli(18, FILES, async (at) => {
    const untouched = async (what: string) =>
      assert.deepEqual(await at.database.sql("SELECT to_regclass('schema_migrations')"), [[null]], what);
    assert.equal((await at.run(['migrate', '--to', '9'])).exit, 2);
    await untouched('an unknown version');
    assert.equal((await at.run(['migrate'], { env: { TASKFLOW_PRODUCTION: 'true' } })).exit, 2);
    await untouched('not confirmed');
    at.write({ 'm/002_b.sql': "SELECT 'open;\n" });
    assert.equal((await at.run(['migrate'])).exit, 1);
    await untouched('an unreadable file');
    at.remove('m/002_b.sql');
    assert.equal((await at.run(['migrate'])).exit, 0);
    const mark = "SELECT count(*) FROM schema_migration_settings WHERE key = 'production'";
    at.write({ 'm/002_b.sql': 'CREATE TABLE b (n int);\n-- ROLLBACK:\n-- DROP TABLE b;\n' });
    assert.equal((await at.run(['migrate'], { env: { TASKFLOW_PRODUCTION: 'true' } })).exit, 2);
    assert.deepEqual(await at.database.sql(mark), [['0']]);
    assert.equal((await at.run(['migrate', '--yes'], { env: { TASKFLOW_PRODUCTION: 'true' } })).exit, 0);
    assert.deepEqual(await at.database.sql(mark), [['1']]);
  }));

test('a newer layout is refused with text, by everything that writes', () =>
  withCli(18, FILES, async (at) => {
    await at.run(['migrate']);
    await at.database.sql("UPDATE schema_migration_settings SET value = '99' WHERE key = 'layout_version'");
    for (const args of [['migrate'], ['rollback', '--yes'], ['init']]) {
      const refused = await at.run(args);
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.stderr, /error\[tracking-layout\]/);
      assert.match(refused.said, /99/);
    }
  }));

test('tracking tables that were damaged are told, not made anew', () =>
  withCli(18, FILES, async (at) => {
    await at.run(['migrate']);
    await at.database.sql('ALTER TABLE schema_migration_events RENAME TO moved_away');
    at.write({ 'm/002_b.sql': 'CREATE TABLE b (n int);\n-- ROLLBACK:\n-- DROP TABLE b;\n' });
    const failed = await at.run(['migrate']);
    assert.equal(failed.exit, 1, failed.output);
    assert.doesNotMatch(failed.stderr, /error\[internal\]|\n {4}at /, failed.stderr);
    assert.match(failed.said, /schema_migration_events/);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('b')"), [[null]]);
  }));

test('a reader that goes away does not stop a migration', () =>
  withCli(18, FILES, async (at) => {
    const child = spawn(
      '/bin/sh',
      ['-c', `{ '${process.execPath}' '${PROGRAM}' migrate; echo $? >&2; } 2>status.txt | true`],
      { cwd: at.folder, env: at.env },
    );
    await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual(await at.database.sql("SELECT success, to_regclass('a') IS NOT NULL FROM schema_migrations"), [
      ['t', 't'],
    ]);
    const both = spawn('/bin/sh', ['-c', `'${process.execPath}' '${PROGRAM}' rollback --yes 2>&1 | true`], {
      cwd: at.folder,
      env: at.env,
    });
    await new Promise((resolve) => both.on('close', resolve));
    assert.deepEqual(await at.database.sql("SELECT type, to_regclass('a') IS NULL FROM schema_migrations"), [
      ['rollback', 't'],
    ]);
  }));

test('--json is one document on stdout for every command, also when it fails', () =>
  withCli(18, FILES, async (at) => {
    const commands = [
      'init',
      'migrate --dry-run',
      'migrate',
      'status',
      'history',
      'repair --accept 1 --reason x',
      'rollback --dry-run',
      'rollback',
      'rollback --yes',
      'baseline --to 9',
      'create next',
      'doctor',
      'version',
      'nonsense',
      'migrate --to 77',
    ];
    for (const command of commands) {
      const { stdout, output } = await at.run([...command.split(' '), '--json']);
      assert.doesNotThrow(() => JSON.parse(stdout), `${command}\n${output}`);
    }
  }));

test('on a terminal it asks; no and Ctrl-C change nothing, yes does it', () =>
  withCli(18, FILES, async (at) => {
    await at.run(['migrate']);
    assert.match(await onTerminal(at, 'rollback', 'n\n'), /Roll back 001_a on \w+\? \[y\/N\].*not confirmed.*130/is);
    assert.match(await onTerminal(at, 'rollback', '\u0003'), /130/);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('a') IS NOT NULL"), [['t']]);
    assert.match(await onTerminal(at, 'rollback', 'y\n'), /1 migration rolled back.* 0/s);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('a') IS NULL"), [['t']]);
  }));

/** Runs a command on a pseudo-terminal of util-linux' script; the answer is typed once the question is there. */
function onTerminal(at: Workplace, command: string, answer: string): Promise<string> {
  const line = `'${process.execPath}' '${PROGRAM}' ${command}; echo " $?"`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: at.folder, env: { ...at.env, TERM: 'xterm' } });
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  let seen = '';
  let answered = false;
  child.stdout.on('data', (data: Buffer) => {
    seen += data.toString();
    if (!answered && seen.includes('[y/N]')) {
      answered = true;
      child.stdin.write(answer);
    }
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      resolve(seen);
    });
  });
}
