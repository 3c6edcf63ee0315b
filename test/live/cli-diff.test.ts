/** `diff` as a person and a script use it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { createDatabase, server, uniqueName } from '../support/servers.ts';
import { runScript } from './script-bed.ts';
import { holding } from './steps-bed.ts';

interface Document {
  readonly equal: boolean;
  readonly changes: readonly {
    readonly kind: string;
    readonly type: string;
    readonly name: string;
    readonly detail: Readonly<Record<string, { before: unknown; after: unknown }>>;
  }[];
}

const BEFORE = `CREATE TABLE users (id integer PRIMARY KEY, email text DEFAULT 'nobody@example.org', born date);
CREATE INDEX users_email ON users (email); CREATE VIEW adults AS SELECT id FROM users WHERE born < '2000-01-01';
CREATE FUNCTION greet(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- a body of some lines
  RETURN 'Good morning, ' || name;
END
$$;`;
const AFTER = `ALTER TABLE users ALTER email SET DEFAULT 'somebody@example.org', ALTER email SET NOT NULL, ADD nick varchar(40) NOT NULL DEFAULT 'x';
DROP INDEX users_email; DROP VIEW adults; CREATE TABLE tags (name text CHECK (name <> ''));
CREATE OR REPLACE FUNCTION greet(name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- a body of some lines
  RETURN 'Good evening, ' || name;
END
$$;`;

/** With a second database beside the workplace's own. */
async function withSecond(body: (at: DatabaseWorkplace, second: string) => Promise<void>): Promise<void> {
  await withCli(18, {}, async (at) => {
    const second = await createDatabase(await server(18), { name: uniqueName('other') });
    try {
      await at.database.sql(BEFORE);
      await second.sql(BEFORE);
      await second.sql(AFTER);
      await body(at, second.url);
    } finally {
      await second.drop();
    }
  });
}

describe('diff', () => {
  test('says what differs, grouped, in at most 80 columns, and exits 3', () =>
    withSecond(async (at, second) => {
      const { stdout, stderr, exit } = await at.run(['diff', at.database.url, second]);
      assert.deepEqual([exit, stderr], [3, '']);
      const name = new URL(second).pathname.slice(1);
      assert.equal(
        stdout.replaceAll(name, 'SECOND').replaceAll(at.database.name, 'FIRST'),
        `--- FIRST
+++ SECOND

Tables
  + table public.tags
    + column name text
    + constraint tags_name_check
        definition: CHECK ((name <> ''::text))
  public.users
    ~ column email
        default: 'nobody@example.org'::text → 'somebody@example.org'::text
        not null: no → yes
    + column nick character varying(40) not null default 'x'::character
        varying
    - index users_email
        definition: CREATE INDEX users_email ON public.users USING btree
            (email)

Views
  - view public.adults
      definition:
           SELECT id
             FROM public.users
            WHERE (born < '2000-01-01'::date);

Functions
  ~ function public.greet(text)
      body:
        @@ -2,4 +2,4 @@
         BEGIN
           -- a body of some lines
        -  RETURN 'Good morning, ' || name;
        +  RETURN 'Good evening, ' || name;
         END
      volatility: volatile → stable

Different: 4 added, 2 removed, 2 changed.
`,
      );
    }));

  test('--json is one document: equal, and each change with its properties before and after', () =>
    withSecond(async (at, second) => {
      const { exit, json } = await at.run(['diff', at.database.url, second, '--json']);
      const { equal, changes } = json<Document>();
      assert.deepEqual([exit, equal], [3, false]);
      const email = changes.find(({ name }) => name === 'public.users.email');
      assert.deepEqual(email, {
        kind: 'changed',
        type: 'column',
        name: 'public.users.email',
        identity: ['public', 'users', 'email'],
        parent: 'public.users',
        detail: {
          default: { before: "'nobody@example.org'::text", after: "'somebody@example.org'::text" },
          'not null': { before: null, after: true },
        },
      });
      const same = await at.run(['diff', second, second, '--json']);
      assert.deepEqual([same.exit, same.json<Document>().equal, same.json<Document>().changes], [0, true, []]);
    }));

  test('a saved snapshot stands for its database, and with one side the usual database is the other', () =>
    withSecond(async (at, second) => {
      const saved = await at.run(['diff', '--save', 'before.json']);
      assert.deepEqual([saved.exit, saved.stdout], [0, ''], saved.output);
      assert.match(saved.stderr, /is in before\.json: \d+ objects\.$/m);
      const again = await at.run(['diff', at.database.url, '--save', './again']);
      assert.equal(again.exit, 0);
      const text = (name: string) => readFileSync(join(at.folder, name), 'utf8');
      assert.equal(text('again'), text('before.json'));
      assert.equal((await at.run(['diff', 'before.json'])).stdout, 'Equal.\n');
      const other = await at.run(['diff', './again', second]);
      assert.deepEqual([other.exit, other.stdout.split('\n')[0]], [3, '--- ./again']);
      await at.database.sql('DROP INDEX users_email');
      const { exit, json } = await at.run(['diff', 'before.json', '--json']);
      assert.equal(exit, 3);
      assert.deepEqual(
        json<Document>().changes.map(({ kind, name }) => [kind, name]),
        [['removed', 'public.users_email']],
      );
    }));

  test('the name of a database is one of the same server', () =>
    withCli(18, {}, async (at) => {
      const { port, host } = at.database.server;
      const flags = ['--host', host, '--port', String(port), '--user', 'postgres'];
      const { exit, stdout } = await at.run(['diff', at.database.name, 'template1', ...flags]);
      assert.deepEqual([exit, stdout], [0, 'Equal.\n']);
    }));

  test('a folder that is taken for a database is told apart', () =>
    withCli(18, { 'm/001_a.sql': 'CREATE TABLE a ();\n-- IRREVERSIBLE: test\n' }, async (at) => {
      const refused = await at.run(['diff', 'm']);
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.said, /If you mean what lies in this folder: \.\/m/);
    }));

  test('columns in another order are a note', () =>
    withCli(18, {}, async (at) => {
      await at.database.sql('CREATE TABLE t (a integer, b text)');
      await at.run(['diff', '--save', 'before.json']);
      await at.database.sql('ALTER TABLE t DROP a; ALTER TABLE t ADD a integer');
      const { exit, stdout } = await at.run(['diff', 'before.json']);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        /Notes\n {2}table public\.t: its columns stand in another order\n {4}a, b\n {4}b, a\n\nEqual\.\n$/,
      );
    }));

  test('owners and privileges count where they are asked for', () =>
    withCli(18, {}, async (at) => {
      await at.database.sql('CREATE TABLE t (a integer)');
      await at.run(['diff', '--save', 'plain.json']);
      await at.run(['diff', '--save', 'whole.json', '--owners', '--privileges']);
      await at.database.sql('GRANT SELECT ON t TO PUBLIC; ALTER TABLE t OWNER TO pg_monitor');
      assert.equal((await at.run(['diff', 'plain.json'])).exit, 0);
      assert.equal((await at.run(['diff', 'whole.json'])).exit, 0);
      const { exit, stdout } = await at.run(['diff', 'whole.json', '--owners', '--privileges']);
      assert.equal(exit, 3);
      assert.match(stdout, /owner: postgres → pg_monitor\n/);
      assert.match(stdout, /privileges:\n {8}\+ public, SELECT\n\nDiff/);
      const without = await at.run(['diff', 'plain.json', '--owners']);
      assert.deepEqual([without.exit, without.stdout], [2, '']);
      assert.match(without.said, /the snapshot of plain\.json holds no owners.*--owners/);
    }));

  test('what cannot be read is named, and is no success', () =>
    withCli(18, {}, async (at) => {
      const role = uniqueName('reader');
      await at.database.sql(`CREATE ROLE ${role} LOGIN; REVOKE SELECT ON pg_catalog.pg_trigger FROM PUBLIC`);
      try {
        const url = at.database.server.url(at.database.name, role);
        const { exit, stdout } = await at.run(['diff', url, at.database.url]);
        assert.equal(exit, 1);
        assert.match(stdout, /Not checked\n {2}constraint: permission denied for table pg_trigger\n/);
        assert.match(stdout, /Equal, as far as it was read; 2 not checked\.\n$/);
      } finally {
        await at.database.sql(`DROP ROLE ${role}`);
      }
    }));

  test('another major version is refused', () =>
    withCli(18, {}, (at) =>
      withCli(14, {}, async (older) => {
        const { exit, said } = await at.run(['diff', older.database.url, at.database.url]);
        assert.equal(exit, 2);
        assert.match(
          said,
          /schemas of different major versions of PostgreSQL cannot be compared.*PostgreSQL 14;.*PostgreSQL 18/,
        );
      }),
    ));

  test('a table that stays locked is said, and nothing waits for ever', () =>
    withCli(18, { 'm/.keep': '' }, async (at) => {
      await at.database.sql('CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t');
      const holder = await holding(at.database, 'LOCK t');
      const { exit, said } = await at.run(['diff', '--save', 'x.json']);
      assert.equal(exit, 4, said);
      assert.match(said, /cannot read the schema of \w+: a table is locked/);
      await holder.release();
    }));

  const misuse: readonly [args: readonly string[], says: RegExp, exit: number][] = [
    [['diff'], /has no migration history to compare it with/, 1],
    [['diff', 'a.json', 'b.json', '--save', 'c.json'], /--save takes one schema/, 2],
    [['diff', 'missing.json'], /cannot read missing\.json: it does not exist/, 1],
    [['diff', 'text.json'], /text\.json is no snapshot of a schema: it is not JSON/, 1],
    [['diff', 'other.json'], /other\.json is no snapshot of a schema: it says no "format"/, 1],
    [['diff', 'newer.json'], /newer\.json was saved by a newer taskflow-db \(format 9\)/, 1],
    [['diff', 'postgres://ada:secret@localhost/x'], /a password in an argument can be read by everyone/, 2],
    [['diff', '--save', 'nowhere/x.json'], /cannot write nowhere\/x\.json: it does not exist/, 1],
  ];
  for (const [args, says, exit] of misuse) {
    test(`refused: ${args.join(' ')}`, () =>
      withCli(18, { 'text.json': 'x', 'other.json': '{}', 'newer.json': '{"format":9}' }, async (at) => {
        const finished = await at.run(args);
        assert.match(finished.said, says);
        assert.deepEqual([finished.exit, finished.stdout], [exit, '']);
      }));
  }
});

describe('diff --sql', () => {
  test('prints the script and nothing else, exits 3, and applied it makes the two equal', () =>
    withSecond(async (at, second) => {
      const { stdout, stderr, exit } = await at.run(['diff', at.database.url, second, '--sql']);
      assert.deepEqual([exit, stderr], [3, '']);
      assert.match(stdout, /^-- Makes \w+ of \w+\n\nSET check_function_bodies = off;\n\n/);
      assert.equal(runScript(at.database, stdout), '');
      const again = await at.run(['diff', at.database.url, second, '--sql']);
      assert.deepEqual([again.exit, again.output], [0, '']);
    }));

  test('migrate runs the same file', () =>
    withSecond(async (at, second) => {
      const { stdout } = await at.run(['diff', at.database.url, second, '--sql']);
      at.write({ 'm/001_change.sql': stdout });
      assert.equal((await at.run(['init', '--yes'])).exit, 0);
      const migrated = await at.run(['migrate', '--yes']);
      assert.equal(migrated.exit, 0, migrated.output);
      assert.equal((await at.run(['diff', at.database.url, second])).stdout, 'Equal.\n');
    }));

  test('--json has it, and what it does not do, which is named on stderr and ends with 1', () =>
    withCli(18, {}, async (at) => {
      await at.database.sql('CREATE TABLE t (a integer)');
      await at.run(['diff', '--save', 'before.json']);
      await at.database.sql('DROP TABLE t; CREATE TYPE shell');
      const { exit, json } = await at.run(['diff', 'before.json', '--sql', '--json']);
      const { sql, notWritten } = json<{ sql: string; notWritten: unknown }>();
      assert.equal(exit, 1);
      assert.match(sql, /-- loses data: its rows\nDROP TABLE public\.t;/);
      const why = 'a base type and the functions it is made of need each other';
      assert.deepEqual(notWritten, [{ type: 'base type', name: 'public.shell', why }]);
      const text = await at.run(['diff', 'before.json', '--sql']);
      assert.deepEqual([text.exit, text.stderr], [1, `Cannot write: base type public.shell: ${why}\n`]);
      assert.match(text.stdout, /^-- cannot write: base type public\.shell: /m);
    }));

  test('it compares, and cannot be saved', () =>
    withCli(18, {}, async (at) => {
      const { exit, said } = await at.run(['diff', '--sql', '--save', 'x.json']);
      assert.equal(exit, 2);
      assert.match(said, /--sql compares two schemas, --save keeps one/);
    }));
});
