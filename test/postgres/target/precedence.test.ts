/** Which of flags, DATABASE_URL, DB_*, PG* and --env supplies the target (contract, section 6). */
import assert from 'node:assert/strict';
import test from 'node:test';
import { resolveTarget } from '../../../src/postgres/target/resolve.ts';
import { describeTarget } from '../../../src/postgres/target/target.ts';
import { inputs, refusal, resolve } from './inputs.ts';

const URL_ = { DATABASE_URL: 'postgres://url-user:url-secret@url-host:1111/url_db' };
const DB = { DB_HOST: 'db-host', DB_PORT: '2222', DB_NAME: 'db_db', DB_USER: 'db-user', DB_PASSWORD: 'db-secret' };
const PG = { PGHOST: 'pg-host', PGPORT: '3333', PGDATABASE: 'pg_db', PGUSER: 'pg-user', PGPASSWORD: 'pg-secret' };

const CASES: [given: Parameters<typeof resolve>[0], source: string, description: string][] = [
  [{ flags: { host: 'f', port: '1', database: 'd', user: 'u' }, env: { ...URL_, ...DB } }, 'flags', 'f:1/d as u'],
  [{ env: { ...URL_, ...DB, ...PG } }, 'DATABASE_URL', 'url-host:1111/url_db as url-user'],
  [{ env: { ...DB, ...PG } }, 'DB_* variables', 'db-host:2222/db_db as db-user'],
  [{ env: PG }, 'PG* variables', 'pg-host:3333/pg_db as pg-user'],
  // A flag alone names the target; the rest is libpq's, not DATABASE_URL's.
  [{ flags: { database: 'taskflow_db' }, env: { ...URL_, ...DB } }, 'flags', 'localhost:5432/taskflow_db as ada'],
  [{ flags: { database: 'taskflow_db' }, env: { ...URL_, ...PG } }, 'flags', 'pg-host:3333/taskflow_db as pg-user'],
  [{ flags: { host: 'f' }, env: PG }, 'flags', 'f:3333/pg_db as pg-user'],
  [{ flags: { port: '7' } }, 'flags', 'localhost:7/ada as ada'],
  [{ flags: { user: 'eve' } }, 'flags', 'localhost:5432/eve as eve'],
  [{ flags: { url: 'postgres://h/d' } }, 'flags', 'h:5432/d as ada'],
  [{ flags: { database: 'postgres://h:9/d', user: 'eve' } }, 'flags', 'h:9/d as eve'],
  [{ flags: { database: 'host=h dbname=d' } }, 'flags', 'h:5432/d as ada'],
  [{ env: { DATABASE_URL: 'postgres://', ...DB } }, 'DATABASE_URL', 'localhost:5432/ada as ada'],
  [{ env: { DATABASE_URL: 'postgres:///d', ...PG } }, 'DATABASE_URL', 'pg-host:3333/d as pg-user'],
  [{ env: { DATABASE_URL: "  host=h password='x y'  " } }, 'DATABASE_URL', 'h:5432/ada as ada'],
  [{ env: { DATABASE_URL: '', ...DB } }, 'DB_* variables', 'db-host:2222/db_db as db-user'],
  [{ env: { DB_NAME: 'only', PGHOST: 'pg-host' } }, 'DB_* variables', 'pg-host:5432/only as ada'],
  [{ env: { PGHOST: '', DB_HOST: '', PGDATABASE: 'd' } }, 'PG* variables', 'localhost:5432/d as ada'],
  [{ env: { PGHOSTADDR: '10.0.0.1' } }, 'PG* variables', '10.0.0.1:5432/ada as ada'],
];

for (const [given, source, description] of CASES) {
  test(`${JSON.stringify(given)} → ${description}`, () => {
    const target = resolve(given);
    assert.equal(target.source, source);
    assert.equal(describeTarget(target), description);
  });
}

test('a password, an sslmode or a time-out alone names no target', () => {
  const env = { PGPASSWORD: 'x', DB_PASSWORD: 'x', PGSSLMODE: 'require', PGCONNECT_TIMEOUT: '3', DATABASE_URL: '' };
  assert.equal(resolveTarget(inputs({ env })), undefined);
});

test('the password comes with its target; PGPASSWORD fills a gap, DB_PASSWORD does not', () => {
  const password = (given: Parameters<typeof resolve>[0]) => resolve(given).hosts[0]!.password?.reveal();
  assert.equal(password({ env: { ...URL_, ...DB, ...PG } }), 'url-secret');
  assert.equal(password({ env: { ...DB, ...PG } }), 'db-secret');
  assert.equal(password({ flags: { host: 'f' }, env: { ...URL_, ...DB } }), undefined);
  assert.equal(password({ env: { DATABASE_URL: 'postgres://h/d', ...DB, PGPASSWORD: 'pg-secret' } }), 'pg-secret');
  assert.equal(password({ flags: { passwordPrompted: 'typed' }, env: { ...URL_, ...PG } }), 'typed');
});

test('a URL that cannot be read is not passed over for the next source', () => {
  assert.equal(refusal({ env: { DATABASE_URL: 'mysql://root:canary@h/d', ...DB } }).code, 'target-invalid');
});

test('two flags that disagree are a complaint, two that agree are not', () => {
  assert.match(
    refusal({ flags: { url: 'postgres://h/d', host: 'other' } }).text,
    /--url and --host name a different host/,
  );
  assert.equal(describeTarget(resolve({ flags: { url: 'postgres://h/d', host: 'h' } })), 'h:5432/d as ada');
});

const staging = { name: 'staging', host: 'stage', port: '6000', database: 'stage_db', user: 'deploy' };

test('--env supplies the whole target: target variables do not fill its gaps, the others do', () => {
  const target = resolve({ environment: { name: 'x', host: 'stage' }, env: { PGSSLMODE: 'require', PGPASSWORD: 'p' } });
  assert.equal(describeTarget(target), 'stage:5432/ada as ada');
  assert.equal(target.source, 'environment x');
  assert.equal(target.ssl.sslmode, 'require');
  assert.equal(target.hosts[0]!.password?.reveal(), 'p');
});

test('--env and what agrees with it', () => {
  const env = { DATABASE_URL: 'postgres://deploy@stage:6000/stage_db', PGHOST: 'stage', DB_NAME: 'stage_db' };
  assert.equal(describeTarget(resolve({ environment: staging, env })), 'stage:6000/stage_db as deploy');
});

test('--env and what names something else: all of it, exit 2', () => {
  const env = {
    DATABASE_URL: 'postgres://deploy:canary@prod/stage_db',
    DB_NAME: 'other',
    PGUSER: 'eve',
    PGPORT: '5433',
  };
  const { code, complaints, text } = refusal({ environment: staging, env });
  assert.equal(code, 'target-conflict');
  assert.deepEqual(complaints, [
    'DATABASE_URL names host "prod", environment staging names "stage".',
    'DB_NAME names database "other", environment staging names "stage_db".',
    'PGPORT names port "5433", environment staging names "6000".',
    'PGUSER names user "eve", environment staging names "deploy".',
  ]);
  assert.doesNotMatch(text, /canary/);
});

test('--env compares what it leaves open by its default, and a service by what it says', () => {
  const environment = { name: 'x', host: 'stage', database: 'd' };
  assert.match(refusal({ environment, env: { PGPORT: '6000' } }).text, /PGPORT names port .*6000.* names .*5432/);
  const files = { '/home/ada/.pg_service.conf': '[it]\nhost=elsewhere\n' };
  const { text } = refusal({ environment, env: { PGSERVICE: 'it' }, files });
  assert.match(text, /service .*it.* of \/home\/ada\/\.pg_service\.conf names host .*elsewhere/);
});

test('an environment without a target leaves the choice to nobody', () => {
  assert.equal(resolveTarget(inputs({ environment: { name: 'ci' } })), undefined);
  const { code, text } = refusal({ environment: { name: 'ci' }, env: URL_ });
  assert.equal(code, 'target-conflict');
  assert.match(text, /ci names no target/);
});

test('an environment with a URL and parts of its own', () => {
  const environment = { name: 'x', url: 'postgres://h/d?sslmode=prefer', user: 'eve' };
  assert.equal(describeTarget(resolve({ environment })), 'h:5432/d as eve');
  const { code, text } = refusal({ environment: { ...environment, host: 'g', sslmode: 'require' } });
  assert.equal(code, 'config-invalid');
  assert.match(text, /different host/);
  assert.match(text, /different sslmode/);
});
