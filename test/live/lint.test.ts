/** `lint` as people call it: with a database, with its statistics, and with neither. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Workplace, withCli, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const ORDERS = `-- Orders
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL);

-- ROLLBACK:
-- DROP TABLE orders;
`;
const BY_CUSTOMER = `-- Orders by customer
CREATE INDEX orders_customer ON orders (customer_id);

-- ROLLBACK:
-- DROP INDEX orders_customer;
`;
const BOTH = { 'm/001_orders.sql': ORDERS, 'm/002_by_customer.sql': BY_CUSTOMER };
/** Named where no database tells that it is not applied. */
const CUSTOMER = 'm/002_by_customer.sql';
const RULE = 'require-concurrent-index-creation';
/** Of that rule alone, so that others may come. */
const ONLY = ['--rule', RULE];

interface Document {
  readonly ok: boolean;
  readonly basis: { readonly set: string; readonly source: string; readonly database: string | null };
  readonly files: readonly string[];
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly file: string }[];
  readonly allowed: readonly { readonly allowed: string }[];
}

async function lintJson(at: Workplace, ...args: string[]): Promise<Document> {
  return (await at.run(['lint', '--json', ...args])).json<Document>();
}

describe('lint without a database', { concurrency: 2 }, () => {
  test('every file is judged, and the first line says what was known', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const { exit, stdout, stderr } = await at.run(['lint', ...ONLY]);
      assert.equal(exit, 0, 'a warning is below --fail-on');
      assert.match(stderr, /^No database: every file is judged as if those before it were applied, sizes\s+unknown\./);
      assert.match(stdout, /^warning\[require-concurrent-index-creation\]/m);
      assert.match(stdout, /^ -->\s*m\/002_by_customer\.sql:2:\d+$/m);
      assert.match(stdout, /^ +CREATE INDEX CONCURRENTLY orders_customer ON orders \(customer_id\);$/m);
      assert.match(stdout, /^1 warning in 1 of 2 files\.$/m);
      assert.equal((await at.run(['lint', ...ONLY, '--quiet'])).stderr, '');
    }));

  test('named files alone; --fail-on decides the exit status', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const { files, basis, ok } = await lintJson(at, 'm/002_by_customer.sql', ...ONLY);
      assert.deepEqual([files, basis.set, ok], [['m/002_by_customer.sql'], 'named', true]);
      const file = ['lint', 'm/002_by_customer.sql', ...ONLY];
      assert.equal((await at.run([...file, '--fail-on', 'warning'])).exit, 3);
      assert.equal((await at.run([...file, '--fail-on', 'note'])).exit, 3);
      assert.equal((await at.run([...file, '--fail-on', 'never'])).exit, 0);
    }));

  test('settings change severities, also for one environment; a rule that is none is refused', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const config = (lint: object) => ({
        'taskflow-db.config.json': JSON.stringify({
          lint,
          environments: { live: { lint: { rules: { [RULE]: 'note' } } } },
        }),
      });
      at.write(config({ rules: { [RULE]: 'error' } }));
      assert.equal((await at.run(['lint'])).exit, 3);
      const found = (await lintJson(at, '--env', 'live')).findings.filter(({ rule }) => rule === RULE);
      assert.deepEqual(
        found.map(({ severity }) => severity),
        ['note'],
      );
      at.write(config({ rules: { [RULE]: 'off' } }));
      assert.ok((await lintJson(at)).findings.every(({ rule }) => rule !== RULE));
      at.write(config({ rules: { 'require-concurent-index-creation': 'off' } }));
      const { exit, said } = await at.run(['lint']);
      assert.equal(exit, 2);
      assert.match(
        said,
        /there is no rule "require-concurent-index-creation".*Did you mean require-concurrent-index-creation\?/,
      );
    }));

  test('wrong usage: unknown rules, formats that do not go together', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const unknown = await at.run(['lint', '--rule', 'ban-drop-colum']);
      assert.equal(unknown.exit, 2);
      assert.match(unknown.said, /there is no rule "ban-drop-colum" next: Did you mean ban-drop-column\?/);
      assert.equal((await at.run(['lint', '--json', '--format', 'sarif'])).exit, 2);
      assert.equal((await at.run(['lint', '--out', 'x'])).exit, 2);
      assert.equal((await at.run(['lint', 'm/nothing.sql'])).exit, 1);
    }));

  test('a file that cannot be read is an error with its place, in every format, and the others are judged', () =>
    withWorkplace(
      {
        ...BOTH,
        'm/003_header.sql': '-- Dpends: 001_orders\n-- Requires: nothing\nSELECT 1;\n-- IRREVERSIBLE: no\n',
        'm/004_string.sql': "SELECT 'x;\n",
        'm/notes.sql': 'SELECT 1;\n',
      },
      {},
      async (at) => {
        const { exit, stdout, said } = await at.run(['lint', ...ONLY, '--fail-on', 'never']);
        assert.equal(exit, 1, 'whatever --fail-on says');
        assert.match(stdout, /^error\[header-invalid\]: this is almost a header\n --> m\/003_header\.sql:1:1$/m);
        assert.match(stdout, /^error\[header-invalid\]: .*Requires.*\n --> m\/003_header\.sql:2:1$/m);
        assert.equal(stdout.match(/Expected: /g)?.length, 4, 'what is expected is said of each header and name');
        assert.match(stdout, /^error\[sql-lexical\]/m);
        assert.match(stdout, /^error\[file-name\].*\n --> m\/notes\.sql:1:1$/m);
        assert.match(stdout, /^warning\[require-concurrent-index-creation\]/m);
        assert.match(stdout, /^4 errors, 1 warning in 4 of 5 files\.\n3 files could not be judged\.$/m);
        assert.doesNotMatch(stdout, /Allow: (header-invalid|sql-lexical|file-name)/);
        assert.match(said, /lint --explain require-concurrent-index-creation/);
        const { ok, files, findings } = await lintJson(at, ...ONLY, '--fail-on', 'never');
        assert.deepEqual([ok, files], [false, Object.keys(BOTH)]);
        assert.deepEqual(
          findings.map(({ rule, file }) => [rule, file]),
          [
            ['file-name', 'm/notes.sql'],
            ['header-invalid', 'm/003_header.sql'],
            ['header-invalid', 'm/003_header.sql'],
            ['sql-lexical', 'm/004_string.sql'],
            [RULE, CUSTOMER],
          ],
        );
        for (const [format, shows] of [
          ['github', /^::error file=m\/003_header\.sql,line=2,/m],
          ['sarif', /"executionSuccessful": false.*"ruleId": "header-invalid"/s],
          ['gitlab', /"check_name": "header-invalid"/],
          ['junit', /<failure [^>]*type="header-invalid"/],
        ] as const) {
          const run = await at.run(['lint', '--format', format, '--fail-on', 'never']);
          assert.match(run.stdout, shows);
          assert.equal(run.exit, 1, format);
        }
        assert.equal((await at.run(['lint', ...ONLY, CUSTOMER])).exit, 0, 'the others are not asked for');
        const fixed = await at.run(['lint', '--fix', 'm/003_header.sql', CUSTOMER]);
        assert.equal(fixed.exit, 1);
        assert.match(fixed.said, /No file was changed\./);
        assert.equal(readFileSync(join(at.folder, CUSTOMER), 'utf8'), BY_CUSTOMER);
      },
    ));

  test('of two files of one version the first is judged, and the other is said', () =>
    withWorkplace({ ...BOTH, 'n/002_by_customer.sql': BY_CUSTOMER }, {}, async (at) => {
      const both = await lintJson(at, ...ONLY, '--dir', 'm', '--dir', 'n');
      assert.deepEqual(both.files, Object.keys(BOTH));
      assert.deepEqual(
        both.findings.map(({ rule, file }) => [rule, file]),
        [
          ['catalogue', 'n/002_by_customer.sql'],
          [RULE, CUSTOMER],
        ],
      );
    }));

  test('an allowance accepts a finding on record, and one that accepts nothing is found', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const allow = (rule: string) => BY_CUSTOMER.replace('\nCREATE', `\n-- Allow: ${rule} at night\nCREATE`);
      at.write({ 'm/002_by_customer.sql': allow(RULE) });
      const { findings, allowed } = await lintJson(at, 'm/002_by_customer.sql');
      assert.deepEqual(
        findings.filter(({ rule }) => rule === RULE),
        [],
      );
      assert.deepEqual(
        allowed.map((one) => one.allowed),
        ['at night'],
      );
      at.write({ 'm/002_by_customer.sql': allow('ban-drop-column') });
      const other = await lintJson(at, 'm/002_by_customer.sql');
      assert.ok(
        other.findings.some(({ rule }) => rule === 'unused-allow'),
        JSON.stringify(other.findings),
      );
    }));

  test('a document for programs goes to stdout or to a file, with paths from the root of the repository', () =>
    withWorkplace(
      { 'sub/m/001_orders.sql': ORDERS, 'sub/m/002_by_customer.sql': BY_CUSTOMER, '.git/HEAD': '' },
      {},
      async (at) => {
        const inSub = ['lint', ...ONLY, '--dir', 'sub/m', '--format'];
        const { stdout } = await at.run([...inSub, 'github']);
        assert.match(
          stdout,
          /^::warning file=sub\/m\/002_by_customer\.sql,line=2,[^:]*title=require-concurrent-index-creation::/,
        );
        const sarif = (await at.run([...inSub, 'sarif'])).json<{
          version: string;
          runs: { results: unknown[]; tool: object }[];
        }>();
        assert.equal(sarif.version, '2.1.0');
        assert.match(
          JSON.stringify(sarif.runs[0]?.tool),
          /-- Allow: require-concurrent-index-creation/,
          'its page goes along',
        );
        const written = await at.run([...inSub, 'gitlab', '--out', 'quality.json']);
        assert.match(written.stdout, /^1 warning in 1 of 2 files\.$/m, 'people see the text');
        const [issue] = JSON.parse(readFileSync(join(at.folder, 'quality.json'), 'utf8'));
        assert.equal(issue.location.path, 'sub/m/002_by_customer.sql');
        const junit = await at.run([...inSub, 'junit', '--fail-on', 'warning']);
        assert.equal(junit.exit, 3);
        assert.match(junit.stdout, /<testsuites name="taskflow-db lint" failures="1"/);
      },
    ));

  test('--fix writes the safe SQL, and says what it has written', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const { exit, said, stdout } = await at.run(['lint', ...ONLY, '--fix', '--fail-on', 'note', CUSTOMER]);
      assert.equal(exit, 0, said);
      assert.match(said, /Changed m\/002_by_customer\.sql.*\+CREATE INDEX CONCURRENTLY.*1 file changed, 0 added/);
      assert.match(stdout, /^Nothing found: 1 file/m);
      assert.match(
        readFileSync(join(at.folder, 'm/002_by_customer.sql'), 'utf8'),
        /^CREATE INDEX CONCURRENTLY orders_customer/m,
      );
      const again = (await at.run(['lint', ...ONLY, '--fix', '--json', CUSTOMER])).json<{ fixed: object }>();
      assert.deepEqual(again.fixed, { changed: [], added: [], left: [] });
    }));

  test('where --fix cannot write any more, it says which files it has changed', () => {
    const check = (table: string) => `-- Check
ALTER TABLE ${table} ADD CONSTRAINT ${table}_ok CHECK (a > 0);

-- ROLLBACK:
-- ALTER TABLE ${table} DROP CONSTRAINT ${table}_ok;
`;
    const files = { 'm/001_one.sql': check('one'), 'n/002_two.sql': check('two') };
    return withWorkplace(files, {}, async (at) => {
      // In the way of the file that is to be added.
      at.write({ 'n/004_validate_two_ok.sql/x': '' });
      const args = ['lint', '--fix', '--dir', 'm', '--dir', 'n', ...Object.keys(files)];
      const { exit, said } = await at.run(args);
      assert.equal(exit, 1, said);
      assert.match(said, /cannot write n\/004_validate_two_ok\.sql/);
      assert.match(
        said,
        /now: n\/002_two\.sql is as it was\. These files were changed before it, .*: m\/001_one\.sql\./,
      );
      assert.equal(readFileSync(join(at.folder, 'n/002_two.sql'), 'utf8'), check('two'));
    });
  });

  test('a rule is explained by its page, and all of them are listed', () =>
    withWorkplace({}, {}, async (at) => {
      const page = await at.run(['lint', '--explain', RULE]);
      assert.equal(page.exit, 0);
      assert.match(page.stdout, /-- Allow: require-concurrent-index-creation/);
      assert.ok(
        page.stdout.split('\n').every((line) => line.length <= 80),
        page.stdout,
      );
      assert.match((await at.run(['lint', '--explain', 'all'])).stdout, /^require-concurrent-index-creation +warning/m);
      const { rules } = (await at.run(['lint', '--explain', 'all', '--json'])).json<{ rules: { id: string }[] }>();
      assert.ok(rules.some(({ id }) => id === RULE));
      assert.equal((await at.run(['lint', '--explain', 'nothing-of-that-name'])).exit, 2);
    }));

  test('a database that is named and cannot be reached is said, and the files are judged', () =>
    withWorkplace(BOTH, { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, async (at) => {
      const { exit, said, stdout } = await at.run(['lint', ...ONLY]);
      assert.equal(exit, 0);
      assert.match(said, /^The database was not asked \(.*\): every file is judged as if those before it were applied/);
      assert.match(stdout, /^1 warning in 1 of 2 files\.$/m);
    }));

  test('a password is masked in every format', () =>
    withWorkplace(BOTH, { PGPASSWORD: 'customer_id' }, async (at) => {
      for (const format of ['text', 'json', 'github', 'gitlab', 'sarif', 'junit']) {
        const { output } = await at.run(['lint', ...ONLY, '--host', '127.0.0.1', '--port', '1', '--format', format]);
        assert.doesNotMatch(output, /customer_id/, format);
      }
    }));
});

describe('lint with what a server tells', { concurrency: 2 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    test(`what is not applied is judged by the sizes there, of a database and of its statistics (${major})`, () =>
      withCli(major, BOTH, async (at) => {
        assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
        await at.database.sql('INSERT INTO orders (customer_id) VALUES (1)');
        await at.database.sql('ANALYZE orders');
        const small = await at.run(['lint', ...ONLY]);
        assert.match(
          small.said,
          new RegExp(`^Database ${at.database.name}: 1 pending file, .* For PostgreSQL ${major}\\.`),
        );
        assert.match(small.stdout, /^note\[require-concurrent-index-creation\] m\/002_by_customer\.sql:2/m);
        await at.database.sql(
          `UPDATE pg_catalog.pg_class SET reltuples = 12000000, relpages = 500000 WHERE relname = 'orders'`,
        );
        const large = await at.run(['lint', ...ONLY]);
        assert.equal(large.exit, 3, large.output);
        assert.match(large.stdout, /^lock: +SHARE on orders \(about 12 million rows, 3\.8 GB\):/m);
        const stats = await at.run(['doctor', '--stats', 'stats.json']);
        assert.match(stats.output, /stats\.json/);
        const elsewhere = { env: { DATABASE_URL: undefined } };
        const byFile = await at.run(['lint', ...ONLY, '--stats', 'stats.json'], elsewhere);
        assert.equal(byFile.exit, 3, byFile.output);
        assert.match(
          byFile.said,
          new RegExp(
            `^Statistics of ${at.database.name} in stats\\.json, taken 20\\d\\d-\\d\\d-\\d\\d: 1 pending file\\.`,
          ),
        );
        assert.equal(byFile.stdout, large.stdout);
      }));
  }

  test('a statistics file of the settings is used before the database; a broken one is refused', () =>
    withCli(18, BOTH, async (at) => {
      await at.run(['migrate', '--to', '001']);
      await at.run(['doctor', '--stats', 'stats.json']);
      at.write({ 'taskflow-db.config.json': '{ "lint": { "statistics": "stats.json" } }' });
      await at.run(['migrate']);
      const { files, basis } = await lintJson(at, ...ONLY);
      assert.deepEqual(
        [files, basis.source],
        [['m/002_by_customer.sql'], 'statistics'],
        'pending when they were taken',
      );
      at.write({ 'stats.json': '{ "format": 1 ' });
      assert.equal((await at.run(['lint'])).exit, 1);
    }));
});
