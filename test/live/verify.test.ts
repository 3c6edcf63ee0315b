/** `verify` on migrations with planted faults: each is found, at its line, and nothing else is. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { leftScratchDatabases } from '../support/scratch-databases.ts';
import { uniqueName } from '../support/servers.ts';

interface Found {
  readonly name: string;
  readonly version: string | null;
  readonly ok: boolean;
  readonly detail: string;
  readonly state: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly changes?: readonly {
    readonly kind: string;
    readonly type: string;
    readonly name: string;
    readonly detail: object;
  }[];
}

interface Document {
  readonly ok: boolean;
  readonly tried: number;
  readonly checks: readonly Found[];
}

const BASE = `CREATE TABLE users (id integer PRIMARY KEY, email text DEFAULT 'none', born date,
  state varchar(9) CONSTRAINT users_known CHECK (state IN ('a', 'b')));
CREATE INDEX users_email ON users (email);
COMMENT ON COLUMN users.born IS 'Day of birth';
CREATE FUNCTION users_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_touch();
ALTER TABLE users DISABLE TRIGGER touched;
GRANT SELECT ON users TO PUBLIC;

-- ROLLBACK:
-- DROP TABLE users;
-- DROP FUNCTION users_touch();
`;

/** A migration and its way back. */
const file = (body: string, back: string) => `${body}\n\n-- ROLLBACK:\n${back.replace(/^/gm, '-- ')}\n`;

const run = (at: DatabaseWorkplace, ...args: string[]) =>
  at.run(['verify', ...args, '--scratch', at.database.server.url('postgres')], { env: { DATABASE_URL: undefined } });

async function verified(at: DatabaseWorkplace, ...args: string[]): Promise<Finished & { document: Document }> {
  const finished = await run(at, '--json', ...args);
  assert.ok(finished.exit === 0 || finished.exit === 3, finished.output);
  const document = finished.json<Document>();
  assert.equal(document.ok, finished.exit === 0);
  return { ...finished, document };
}

const failed = ({ checks }: Document) => checks.filter(({ ok }) => !ok);
const brief = ({ name, version, line, changes }: Found) =>
  [name, version, line, ...(changes ?? []).map(({ kind, type, name: object }) => `${kind} ${type} ${object}`)].join(
    ' ',
  );

/** As PostgreSQL writes `state IN (...)` out: read in again, it is written in a third way. */
function deparsedCheck(...values: readonly string[]): string {
  const list = values.map((value) => `'${value}'::character varying`).join(', ');
  return `CHECK (((state)::text = ANY ((ARRAY[${list}])::text[])))`;
}

/** What is planted, each into a table of its own, `users`, and what is said of it: the check, the line, and what differs. */
const FAULTS: readonly {
  readonly what: string;
  readonly body: string;
  readonly back: string;
  readonly expected: string;
}[] = [
  {
    what: 'forgotten_index',
    body: 'CREATE INDEX users_born ON users (born);\nCREATE INDEX users_both ON users (born, email);',
    back: 'DROP INDEX users_both;',
    expected: 'rollback 1 added index public.users_born',
  },
  {
    what: 'forgotten_concurrent_index',
    body: 'CREATE INDEX CONCURRENTLY users_born ON users (born);\nCREATE INDEX CONCURRENTLY users_both ON users (born, email);',
    back: 'DROP INDEX CONCURRENTLY users_both;',
    expected: 'rollback 1 added index public.users_born',
  },
  {
    what: 'another_default',
    body: 'ALTER TABLE users DROP COLUMN email;',
    back: "ALTER TABLE users ADD COLUMN email text DEFAULT 'nobody';\nCREATE INDEX users_email ON users (email);",
    expected: 'rollback 4 changed column public.users.email',
  },
  {
    what: 'lost_grant',
    body: 'ALTER TABLE users RENAME TO users_people;',
    back: 'REVOKE SELECT ON users_people FROM PUBLIC;\nALTER TABLE users_people RENAME TO users;',
    expected: 'rollback 5 changed table public.users',
  },
  {
    what: 'lost_comment',
    body: 'ALTER TABLE users DROP COLUMN born;',
    back: 'ALTER TABLE users ADD COLUMN born date;',
    expected: 'rollback 4 changed column public.users.born',
  },
  {
    what: 'state_of_a_trigger',
    body: 'DROP TRIGGER touched ON users;',
    back: 'CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_touch();',
    expected: 'rollback 4 changed trigger touched on public.users',
  },
  {
    what: 'check_of_other_values',
    body: 'ALTER TABLE users DROP CONSTRAINT users_known;',
    back: `ALTER TABLE users ADD CONSTRAINT users_known ${deparsedCheck('a', 'c')};`,
    expected: 'rollback 4 changed constraint users_known on public.users',
  },
  {
    what: 'way_back_that_fails',
    body: 'CREATE TABLE users_tags (name text);',
    back: 'DROP TABLE users_tag;',
    expected: 'rollback 4',
  },
  {
    what: 'way_back_that_leaves_events_pending',
    body: 'CREATE TABLE users_tags (id integer PRIMARY KEY, parent integer REFERENCES users_tags DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO users_tags VALUES (1, 1);',
    back: 'DELETE FROM users_tags;\nALTER TABLE users_tags DROP COLUMN parent;\nDROP TABLE users_tags;',
    expected: 'rollback 6',
  },
  {
    what: 'second_run_that_adds_a_constraint',
    body: "ALTER TABLE users ADD CHECK (email <> '');",
    back: 'ALTER TABLE users DROP CONSTRAINT users_email_check;',
    expected: 'rerun 1 added constraint users_email_check1 on public.users',
  },
  {
    what: 'second_run_that_adds_rows',
    body: "CREATE TABLE IF NOT EXISTS users_tags (name text);\nINSERT INTO users_tags VALUES ('a');",
    back: 'DROP TABLE users_tags;',
    expected: 'rerun 2',
  },
  {
    what: 'second_run_that_changes_rows',
    body: 'CREATE TABLE IF NOT EXISTS users_tags (t integer PRIMARY KEY, n integer);\nINSERT INTO users_tags VALUES (1, 1) ON CONFLICT DO NOTHING;\nUPDATE users_tags SET n = n + 1;',
    back: 'DROP TABLE users_tags;',
    expected: 'rerun 2',
  },
  {
    what: 'second_run_that_rewrites_rows',
    body: 'CREATE TABLE IF NOT EXISTS users_tags AS SELECT 1 AS n;\nALTER TABLE users_tags ALTER n TYPE bigint USING n * 100;',
    back: 'DROP TABLE users_tags;',
    expected: 'rerun 2',
  },
  {
    what: 'second_run_that_rewrites_rows_outside_a_transaction',
    body: 'CREATE TABLE IF NOT EXISTS users_tags AS SELECT 1 AS n;\nALTER TABLE users_tags ALTER n TYPE bigint USING n * 100;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS users_n ON users_tags (n);',
    back: 'DROP TABLE users_tags;',
    expected: 'rerun 2',
  },
  {
    what: 'vacuous_verify',
    body: 'CREATE TABLE users_tags (name text);\n\n-- VERIFY:\n-- SELECT count(*) = 0 FROM users;',
    back: 'DROP TABLE users_tags;',
    expected: 'verify 4',
  },
];

/** The table of the n-th fault. */
const tableOf = (n: number) => `users${n}`;
const planted = (): Files =>
  Object.fromEntries(
    FAULTS.flatMap(({ what, body, back }, n) => [
      [`m/${2 * n + 1}_base.sql`, BASE.replaceAll('users', tableOf(n))],
      [`m/${2 * n + 2}_${what}.sql`, file(body, back).replaceAll('users', tableOf(n))],
    ]),
  );
const EXPECTED = FAULTS.map(({ what, expected }, n) => {
  const [name, ...rest] = expected.replaceAll('users', tableOf(n)).split(' ');
  return `${name} ${2 * n + 2}_${what} ${rest.join(' ')}`;
});

/** In the database of the first job or the second: 1 is the empty one. */
const onlyIn = (database: string, call: string) =>
  `DO $$ BEGIN IF split_part(current_database(), '_', 4) = '${database}' THEN PERFORM ${call}; END IF; END $$;\n`;

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`verify on ${engine}`, () => {
    test('finds every planted fault, at its line, and no other', () =>
      withCli(engine, planted(), async (at) => {
        const { document, exit } = await verified(at);
        assert.equal(exit, 3);
        assert.deepEqual(failed(document).map(brief).sort(), EXPECTED.sort());
        for (const { version, file: named } of failed(document)) assert.equal(named, `m/${version}.sql`);
      }));

    test('has nothing against what is right, whatever runs in a transaction', () =>
      withCli(engine, RIGHT, async (at) => {
        const { document } = await verified(at, '--jobs', '2');
        assert.deepEqual(failed(document).map(brief), []);
        assert.equal(document.tried, Object.keys(RIGHT).length);
        const notes = document.checks.filter(({ state, name }) => state === 'note' && name !== 'rerun');
        assert.deepEqual(
          notes.map(({ name, version }) => `${name} ${version}`),
          ['rollback 3_drop'],
        );
        assert.match(notes[0]!.detail, /another position: public\.users/);
      }));

    test('says which file cannot be replayed, and leaves nothing behind', () =>
      withCli(
        engine,
        {
          'm/1_base.sql': BASE,
          'm/2_bad.sql': 'SELECT 1;\nCREATE INDEX x ON nothing (id);\n',
          'm/3_more.sql': 'SELECT 2;\n',
        },
        async (at) => {
          const { document } = await verified(at);
          const [found] = failed(document);
          assert.match(brief(found!), /^replay 2_bad 2$/);
          assert.match(found!.detail, /relation "nothing" does not exist; 1 behind it are not checked/);
          assert.deepEqual(await leftScratchDatabases(at.database.server), []);
        },
      ));
  });
}

/** More rows than are compared one by one. */
const MANY = 'CREATE TABLE many (n integer);\nCREATE TABLE more (n integer);';

/** Rows that their owner may add, and cannot see. */
const HIDDEN = `CREATE TABLE hidden (n integer);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
CREATE POLICY added ON hidden FOR INSERT WITH CHECK (true);
INSERT INTO hidden VALUES (1);
`;

/** What one transaction for everything would stumble over, and a column that comes back at another position. */
const RIGHT: Files = {
  'm/1_base.sql': BASE,
  'm/2_enum.sql': file(
    "CREATE TYPE mood AS ENUM ('good');\nALTER TABLE users ADD mood mood;\nALTER TYPE mood ADD VALUE 'bad';\nALTER TABLE users ALTER mood SET DEFAULT 'bad';",
    'ALTER TABLE users DROP COLUMN mood;\nDROP TYPE mood;',
  ),
  'm/3_drop.sql': file(
    'ALTER TABLE users DROP COLUMN email;',
    "ALTER TABLE users ADD COLUMN email text DEFAULT 'none';\nCREATE INDEX users_email ON users (email);",
  ),
  'm/4_deferred.sql': file(
    `CREATE TABLE tags (id integer PRIMARY KEY, parent integer REFERENCES tags DEFERRABLE INITIALLY DEFERRED);
INSERT INTO tags VALUES (1, 1) ON CONFLICT DO NOTHING;`,
    'SET CONSTRAINTS ALL IMMEDIATE;\nDELETE FROM tags;\nALTER TABLE tags DROP COLUMN parent;\nDROP TABLE tags;',
  ),
  'm/5_path.sql': file(
    'SET search_path = pg_catalog;\nCREATE TEMPORARY TABLE t (id integer);\nCREATE TABLE public.late (id integer);',
    'DROP TABLE late;',
  ),
  'm/6_index.sql': file(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS late_id ON late (id);',
    'DROP INDEX CONCURRENTLY late_id;',
  ),
  'm/7_check.sql': file(
    'ALTER TABLE users DROP CONSTRAINT IF EXISTS users_known;',
    `ALTER TABLE users ADD CONSTRAINT users_known ${deparsedCheck('a', 'b')};`,
  ),
};

const SETTLED = `CREATE TABLE t (id integer, s varchar(20) CONSTRAINT s_known CHECK (s IN ('a', 'b')));
CREATE INDEX t_s ON t (id) WHERE s IN ('a', 'b');
CREATE VIEW v AS SELECT id FROM t WHERE s IN ('a', 'b');

-- ROLLBACK:
-- DROP VIEW v;
-- DROP TABLE t;
`;
/** What a dump would say. */
const DEPARSED = `SELECT 'CREATE TABLE t (id integer, s varchar(20));'
UNION ALL SELECT 'ALTER TABLE t ADD CONSTRAINT s_known ' || pg_get_constraintdef(oid) || ';' FROM pg_constraint WHERE conname = 's_known'
UNION ALL SELECT pg_get_indexdef('t_s'::regclass) || ';' UNION ALL SELECT 'CREATE VIEW v AS ' || pg_get_viewdef('v'::regclass)`;

describe('verify', () => {
  test('a refused second run is a note, or a failure where the configuration says so', () =>
    withCli(18, { 'm/1_base.sql': BASE }, async (at) => {
      const { document } = await verified(at);
      const rerun = document.checks.find(({ name }) => name === 'rerun');
      assert.deepEqual([rerun?.state, rerun?.line], ['note', 1]);
      at.write({ 'taskflow-db.config.json': '{"verify": {"rerun": "strict"}}' });
      assert.deepEqual(failed((await verified(at)).document).map(brief), ['rerun 1_base 1']);
    }));

  test('init-complete.sql that is stale in its schema, its rows and its records', () =>
    withCli(
      18,
      {
        'm/1_base.sql': BASE,
        'm/2_tags.sql':
          "CREATE TABLE tags (id bigint GENERATED ALWAYS AS IDENTITY, name text);\nINSERT INTO tags (name) VALUES ('a'), ('b');\n",
        'm/3_many.sql': `${MANY}
INSERT INTO many SELECT n FROM generate_series(1, 10001) AS n;
INSERT INTO more SELECT n FROM generate_series(1, 10001) AS n;
`,
      },
      async (at) => {
        at.write({
          'postgresql/init-complete.sql': `\\set ON_ERROR_STOP on
BEGIN;
${BASE.split('-- ROLLBACK')[0]?.replace('CREATE INDEX users_email ON users (email);', '')}
CREATE TABLE tags (id bigint GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO tags (name) VALUES ('b'), ('c');
${MANY}
INSERT INTO many SELECT n FROM generate_series(10001, 1, -1) AS n;
INSERT INTO more SELECT n FROM generate_series(1, 10000) AS n;
INSERT INTO more VALUES (7);
COMMIT;
`,
        });
        const { document } = await verified(at);
        const details = failed(document).map(({ name, detail }) => `${name}: ${detail}`);
        assert.equal(details.length, 4, details.join('\n'));
        assert.match(
          details.join('\n'),
          /does not record 1_base, 2_tags, 3_many; .*\n.*1 difference\n.*rows of public\.more differ: 10001 by the migrations, 10001 by the file, too many to say which\n.*rows of public\.tags differ: 1 only by the migrations \(\["a"\]\), 1 only by the file \(\["c"\]\)$/,
        );
        assert.deepEqual(
          failed(document)[1]?.changes?.map(({ kind, name }) => `${kind} ${name}`),
          ['removed public.users_email'],
        );
      },
    ));

  test('an expression that PostgreSQL writes in another way once it is reloaded is the same', () =>
    withCli(18, { 'm/1_base.sql': SETTLED }, async (at) => {
      await at.database.sql(SETTLED.split('\n\n')[0]!);
      const written = await at.database.sql(DEPARSED);
      at.write({ 'postgresql/init-complete.sql': written.map(([sql]) => sql).join('\n') });
      const { document } = await verified(at);
      assert.deepEqual(
        failed(document).map(({ detail }) => detail),
        ['it does not record 1_base; what is newer is written by taskflow-db schema patch, all of it by schema dump'],
      );
      at.write({ 'postgresql/init-complete.sql': written.map(([sql]) => sql?.replace("'b'", "'c'")).join('\n') });
      const other = failed((await verified(at)).document)[1];
      assert.deepEqual(other?.changes?.map(({ type }) => type).sort(), ['constraint', 'index', 'view']);
    }));

  test('--since and --only try a part', () =>
    withCli(18, RIGHT, async (at) => {
      const versions = ({ checks }: Document) =>
        checks.filter(({ name }) => name === 'rollback').map(({ version }) => version);
      assert.deepEqual(versions((await verified(at, '--since', '4')).document), ['5_path', '6_index', '7_check']);
      assert.deepEqual(versions((await verified(at, '--only', '3_drop')).document), ['3_drop']);
      assert.equal((await run(at, '--only', '9')).exit, 2);
    }));

  test('--since and --only of a version that the server cannot run', () =>
    withCli(
      18,
      {
        'm/1_base.sql': BASE,
        'm/2_far.sql': '-- Requires: extension no_such_thing\nCREATE EXTENSION no_such_thing;\n',
        'm/3_more.sql': file('CREATE TABLE IF NOT EXISTS more (id integer);', 'DROP TABLE more;'),
      },
      async (at) => {
        const only = (await verified(at, '--only', '2')).document;
        assert.equal(only.tried, 0);
        const [found] = only.checks.filter(({ version }) => version === '2_far');
        assert.deepEqual([found?.name, found?.state], ['replay', 'not-checked']);
        assert.match(found!.detail, /no_such_thing is not available/);
        const since = (await verified(at, '--since', '2_far')).document;
        const tried = since.checks.filter(({ name }) => name === 'rollback').map(({ version }) => version);
        assert.deepEqual(tried, ['3_more']);
      },
    ));

  test('a changed file is told where a database is named', () =>
    withCli(18, { 'm/1_base.sql': BASE }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.write({ 'm/1_base.sql': BASE.replace("'none'", "'changed'") });
      const found = await at.run(['verify', '--json', '--scratch', at.database.server.url('postgres')]);
      assert.deepEqual(failed(found.json<Document>()).map(brief), ['checksums 1_base ']);
    }));

  /** By the number of the scratch database: 1 is the empty one, 2 the one that all are applied to, 3 the first copy. */
  for (const [what, condition] of [
    ['on a copy', "split_part(current_database(), '_', 4) = '3'"],
    ['behind a copy', "nextval('calls') % 2 = 0 AND split_part(current_database(), '_', 4) = '2'"],
  ] as const) {
    test(`a file that can be applied once, and then not ${what}, is not replayed`, () =>
      withCli(
        18,
        {
          'm/1_base.sql': 'CREATE SEQUENCE calls;\nCREATE TABLE t (id integer);\n',
          'm/2_once.sql': file(
            `CREATE INDEX t_id ON t (id);\nDO $$ BEGIN IF ${condition} THEN RAISE EXCEPTION 'not again'; END IF; END $$;`,
            'SELECT 1;',
          ),
          'm/3_more.sql': 'SELECT 3;\n',
        },
        async (at) => {
          const args = ['verify', '--json', '--scratch', at.database.server.url('postgres')];
          const found = await at.run(args, { env: { DATABASE_URL: undefined } });
          assert.equal(found.exit, 3, found.output);
          const replay = failed(found.json<Document>()).find(({ name }) => name === 'replay');
          assert.deepEqual([replay?.version, replay?.line], ['2_once', 2]);
          assert.match(replay!.detail, /cannot be applied: not again; 1 behind it are not checked/);
        },
      ));
  }

  test('what breaks one job ends the others', () =>
    withCli(
      18,
      {
        'm/1_break.sql': `CREATE FUNCTION break() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN UPDATE pg_database SET datallowconn = false WHERE datname = current_database(); END $$;\n`,
        'm/2_first.sql': onlyIn('2', 'pg_sleep(400)'),
        'm/3_second.sql': onlyIn('3', 'break()'),
        'm/4_closer.sql': file('CREATE TABLE forgotten (id integer);', 'SELECT 4;'),
      },
      async (at) => {
        const args = ['verify', '--jobs', '2', '--scratch', at.database.server.url('postgres')];
        const found = await at.run(args, { env: { DATABASE_URL: undefined } });
        assert.equal(found.exit, 1, found.output);
        assert.match(found.said, /taskflow_scratch_\w+" is not currently accepting connections/);
      },
    ));

  test('a person reads it in at most 80 columns, the SQL to change included', () =>
    withCli(18, { 'm/1_base.sql': BASE, 'm/2_fault.sql': file(FAULTS[2]!.body, FAULTS[2]!.back) }, async (at) => {
      const { stdout, exit } = await run(at);
      assert.equal(exit, 3);
      assert.ok(
        stdout.split('\n').every((line) => line.length <= 80),
        stdout,
      );
      assert.match(
        stdout,
        /^rollback: 2_fault: its rollback restores column public\.users\.email, but not as\n {2}it was \(default\)\n {2}change: m\/2_fault\.sql:4\n/,
      );
      assert.match(stdout, /default: 'none'::text → 'nobody'::text/);
      assert.match(stdout, /rollback {7}FAILED {7}1 failed, 1 exact, 1 loses data\n/);
    }));

  test('a role that may only make databases is enough, also where policies hide rows from it', () =>
    withCli(
      18,
      { 'm/1_base.sql': BASE, 'm/2_tags.sql': file('CREATE TABLE tags (id integer);', 'DROP TABLE tags;') },
      async (at) => {
        const role = uniqueName('maker');
        await at.database.sql(`CREATE ROLE ${role} LOGIN CREATEDB`);
        try {
          const args = ['verify', '--json', '--scratch', at.database.server.url('postgres', role)];
          const found = await at.run(args, { env: { DATABASE_URL: undefined } });
          assert.deepEqual([found.exit, failed(found.json<Document>()).map(brief)], [0, []]);
          at.write({
            'm/3_hidden.sql': HIDDEN,
            'm/4_twice.sql': 'INSERT INTO hidden VALUES (2);\n',
            'postgresql/init-complete.sql': HIDDEN.replace('(1)', '(3)'),
          });
          const hidden = failed((await at.run(args, { env: { DATABASE_URL: undefined } })).json<Document>());
          assert.match(
            hidden.map(({ version, detail }) => `${version}: ${detail}`).join('\n'),
            /rows of public\.hidden differ: 2 only by the migrations[\s\S]*4_twice: a second run changes rows of public\.hidden/,
          );
        } finally {
          await at.database.sql(`DROP ROLE ${role}`);
        }
      },
    ));
});

/** A look passes over kinds of which there is no object. These can be run twice, so that nothing but the look can notice them. */
test('a rollback that leaves the first object of its kind behind', () =>
  withCli(
    18,
    {
      'm/0_base.sql': FIRST_BASE,
      ...Object.fromEntries(
        FIRST_OF_THEIR_KIND.map(([name, ...sql], i) => [`m/${i + 1}_${name}.sql`, file(sql.join('\n'), 'SELECT 1;')]),
      ),
    },
    async (at) => {
      const { document } = await verified(at);
      assert.deepEqual(
        failed(document).map(({ name, version }) => `${name} ${version}`),
        FIRST_OF_THEIR_KIND.map(([name], i) => `rollback ${i + 1}_${name}`),
      );
    },
  ));

const FIRST_BASE = `CREATE TABLE t (id integer PRIMARY KEY, b integer REFERENCES t);
CREATE VIEW v AS SELECT id FROM t;
CREATE DOMAIN d AS integer;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER far FOREIGN DATA WRAPPER w;

-- IRREVERSIBLE: a test
`;
const FIRST_OF_THEIR_KIND: readonly (readonly [name: string, ...sql: string[]])[] = [
  ['rule', 'DROP RULE IF EXISTS quiet ON v;', 'CREATE RULE quiet AS ON DELETE TO v DO INSTEAD NOTHING;'],
  ['check', 'ALTER DOMAIN d DROP CONSTRAINT IF EXISTS k;', 'ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0);'],
  [
    'trigger',
    'DROP TRIGGER IF EXISTS tr ON t;',
    'CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();',
  ],
  ['mapping', 'DROP USER MAPPING IF EXISTS FOR PUBLIC SERVER far;', 'CREATE USER MAPPING FOR PUBLIC SERVER far;'],
  ['policy', 'DROP POLICY IF EXISTS all_of_it ON t;', 'CREATE POLICY all_of_it ON t;'],
];
