/** What lint knows beside the files: from the database, from its statistics in a file, or nothing; and it says which. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type DatabaseWorkplace, type RunOptions, withCli } from '../support/cli.ts';

const FILES = {
  'm/001_orders.sql': `CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text);
INSERT INTO orders (state) SELECT 'new' FROM generate_series(1, 3000);
ANALYZE orders;
-- ROLLBACK:
-- DROP TABLE orders;
`,
  'm/002_index.sql': 'CREATE INDEX orders_state ON orders (state);\n-- ROLLBACK:\n-- DROP INDEX orders_state;\n',
};

const withOrders = (body: (at: DatabaseWorkplace) => Promise<void>) =>
  withCli(18, FILES, async (at) => {
    const applied = await at.run(['migrate', '--to', '001']);
    assert.equal(applied.exit, 0, applied.output);
    await body(at);
  });

interface Report {
  readonly findings: readonly { readonly rule: string; readonly rows: number | null; readonly file: string }[];
  readonly basis: { readonly set: string; readonly source: string; readonly unasked: string | null };
}

async function lint(at: DatabaseWorkplace, args: readonly string[] = [], env: RunOptions['env'] = {}): Promise<Report> {
  const run = await at.run(['lint', '--json', '--rule', 'require-concurrent-index-creation', ...args], { env });
  return run.json<Report & Record<string, unknown>>();
}

test('the pending files are judged by what the database tells', () =>
  withOrders(async (at) => {
    const { basis, findings } = await lint(at);
    assert.deepEqual([basis.set, basis.source], ['pending', 'database']);
    assert.deepEqual(
      findings.map(({ file, rows }) => [file, rows]),
      [['m/002_index.sql', 3000]],
    );
  }));

test('names are looked up where the role and the database look them up', () =>
  withOrders(async (at) => {
    const { database } = at;
    await database.sql('CREATE SCHEMA app; CREATE TABLE app.orders (id bigint, state text)');
    await database.sql('INSERT INTO app.orders SELECT 1 FROM generate_series(1, 20); ANALYZE app.orders');
    const rows = async () => (await lint(at)).findings.map((one) => one.rows);
    assert.deepEqual(await rows(), [3000]);
    await database.sql(`ALTER DATABASE ${database.name} SET search_path = app, public`);
    assert.deepEqual(await rows(), [20]);
    await database.sql(`ALTER ROLE CURRENT_USER IN DATABASE ${database.name} SET search_path = public, app`);
    assert.deepEqual(await rows(), [3000]);
    const plan = (await at.run(['plan', '--json'])).json<{
      bound: { searchPath: string };
      migrations: { steps: { statements: { locks: { relation: string }[] }[] }[] }[];
    }>();
    assert.equal(plan.bound.searchPath, 'public, app');
    assert.equal(plan.migrations[0]?.steps[0]?.statements[0]?.locks[0]?.relation, 'public.orders');
  }));

test('the same by a file that doctor has written, without a database', () =>
  withOrders(async (at) => {
    await at.run(['doctor', '--stats', 'statistics.json']);
    const nowhere = { DATABASE_URL: undefined };
    const named = await lint(at, ['--stats', 'statistics.json'], nowhere);
    assert.deepEqual([named.basis.set, named.basis.source], ['pending', 'statistics']);
    assert.deepEqual(
      named.findings.map(({ rows }) => rows),
      [3000],
    );
    at.write({ 'taskflow-db.config.json': '{"lint": {"statistics": "statistics.json"}}' });
    assert.deepEqual(await lint(at, [], nowhere), named);
  }));

test('statistics of another database, or of more than is here, are said to be so', () =>
  withOrders(async (at) => {
    await at.run(['doctor', '--stats', 'statistics.json']);
    const said = async () => (await at.run(['lint', '--stats', 'statistics.json'])).said;
    assert.doesNotMatch(await said(), /no file here/);
    await at.run(['migrate']);
    await at.run(['doctor', '--stats', 'statistics.json']);
    at.remove('m/001_orders.sql');
    assert.match(await said(), /Note: of 2 versions applied there, 1 has no file here \(001_orders\) /);
    at.remove('m/002_index.sql');
    assert.match(
      await said(),
      /2 have no file here \(001_orders, 002_index\)\. Is it another database than the one of these files\?/,
    );
  }));

test('a database that cannot be asked is no failure, and it is said', () =>
  withOrders(async (at) => {
    const { basis, findings } = await lint(at, [], { DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' });
    assert.deepEqual([basis.set, basis.source], ['all', 'files']);
    assert.match(basis.unasked ?? '', /127\.0\.0\.1:1/);
    assert.equal(findings.length, 1);
    const none = await lint(at, [], { DATABASE_URL: undefined });
    assert.equal(none.basis.unasked, null);
  }));

test('a file that holds no statistics is a failure', () =>
  withOrders(async (at) => {
    at.write({ 'statistics.json': '{"format": 1}' });
    const run = await at.run(['lint', '--stats', 'statistics.json']);
    assert.equal(run.exit, 1, run.output);
    assert.match(run.said, /statistics\.json holds no statistics of a database.*doctor --stats/);
  }));
