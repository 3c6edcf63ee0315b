/** What `verify` says of rows: which are lost on the way back, which are left, and where none could be made. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { uniqueName } from '../support/servers.ts';

interface Data {
  readonly loses: readonly string[];
  readonly leaves: readonly string[];
  readonly refused: readonly string[];
  readonly unsampled: readonly string[];
  readonly notChecked?: string;
}

interface Document {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly version: string;
    readonly state: string;
    readonly detail: string;
    readonly data?: Data;
  }[];
}

const file = (body: string, back: string) => `${body}\n\n-- ROLLBACK:\n${back.replace(/^/gm, '-- ')}\n`;
const run = (at: DatabaseWorkplace, ...args: string[]) =>
  at.run(['verify', ...args, '--scratch', at.database.server.url('postgres')], { env: { DATABASE_URL: undefined } });

/** By version, every remark on rows: `loses ...`, `leaves ...` and so on. Nothing may have failed. */
async function remarks(at: DatabaseWorkplace, ...args: string[]): Promise<Record<string, string[]>> {
  const finished = await run(at, '--json', ...args);
  const { checks } = finished.json<Document>();
  assert.deepEqual(
    checks.filter(({ state, name }) => state === 'failed' && name !== 'rerun'),
    [],
  );
  return Object.fromEntries(checks.flatMap(({ version, data }) => (data ? [[version, listed(data)]] : [])));
}

function listed({ loses, leaves, refused, unsampled, notChecked }: Data): string[] {
  return [
    ...loses.map((one) => `loses ${one}`),
    ...leaves.map((one) => `leaves ${one}`),
    ...refused,
    ...unsampled.map((one) => `none: ${one}`),
    ...(notChecked === undefined ? [] : [`not checked: ${notChecked}`]),
  ];
}

const USERS = file(
  `CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(50) NOT NULL UNIQUE,
  email text, age smallint CHECK (age BETWEEN 18 AND 120), state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'done')));
INSERT INTO users (name, email, age) VALUES ('root', 'root@example.com', 30), ('guest', NULL, NULL);`,
  'DROP TABLE users;',
);

/** What is planted behind `users`, and what is said of it. */
const PLANTED: readonly (readonly [name: string, body: string, back: string, ...expected: string[]])[] = [
  ['index', 'CREATE INDEX users_email ON users (email);', 'DROP INDEX users_email;'],
  [
    'filled_gaps',
    "UPDATE users SET email = 'none' WHERE email IS NULL;",
    'SELECT 1;',
    'loses the values of public.users.email (2 of 5 rows)',
  ],
  [
    'allowed_gaps',
    'ALTER TABLE users ALTER COLUMN name DROP NOT NULL;',
    'ALTER TABLE users ALTER COLUMN name SET NOT NULL;',
    'the rollback fails on NULL, or the longest or largest values, of public.users: column "name" of relation "users" contains null values',
  ],
  [
    'added_column',
    'ALTER TABLE users ADD COLUMN nick text;',
    'ALTER TABLE users DROP COLUMN nick;',
    'loses the values of public.users.nick (2 of 3 sample rows)',
  ],
  ['added_table', 'CREATE TABLE tags (id integer PRIMARY KEY);', 'DROP TABLE tags;', 'loses the rows of public.tags'],
  [
    'dropped_column',
    'ALTER TABLE users DROP COLUMN email;',
    'ALTER TABLE users ADD COLUMN email text;\nCREATE INDEX users_email ON users (email);',
    'loses the values of public.users.email (4 of 5 rows)',
  ],
  [
    'narrowed_type',
    'ALTER TABLE users ALTER COLUMN name TYPE varchar(20) USING left(name, 20);',
    'ALTER TABLE users ALTER COLUMN name TYPE varchar(50);',
    'loses the values of public.users.name (1 of 5 rows)',
  ],
  [
    'widened_type',
    'ALTER TABLE users ALTER COLUMN name TYPE text;',
    'ALTER TABLE users ALTER COLUMN name TYPE varchar(20);',
    'the rollback fails on NULL, or the longest or largest values, of public.users: value too long for type character varying(20)',
  ],
  ['deletes', "DELETE FROM users WHERE name = 'guest';", 'SELECT 1;', 'loses the rows of public.users (1 of 5 rows)'],
  [
    'updates',
    "UPDATE users SET state = 'open' WHERE state = 'new';",
    'SELECT 1;',
    'loses the values of public.users.state (2 of 4 rows)',
  ],
  [
    'leaves_rows',
    "INSERT INTO users (name) VALUES ('left'), ('behind') ON CONFLICT DO NOTHING;",
    "DELETE FROM users WHERE name = 'left';",
    'leaves 1 row in public.users',
  ],
  ['rows_of_its_own', "INSERT INTO users (name) VALUES ('mine');", "DELETE FROM users WHERE name = 'mine';"],
  [
    'added_notes',
    'CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL);',
    'DROP TABLE notes;',
    'loses the rows of public.notes',
  ],
  [
    'back_needs_empty_table',
    'ALTER TABLE notes DROP COLUMN body;',
    'ALTER TABLE notes ADD COLUMN body text NOT NULL;',
    'the rollback fails on sample rows of public.notes: column "body" of relation "notes" contains null values',
  ],
  [
    'renames',
    'ALTER TABLE users RENAME TO people;\nALTER TABLE people RENAME COLUMN age TO years;',
    'ALTER TABLE people RENAME COLUMN years TO age;\nALTER TABLE people RENAME TO users;',
  ],
  [
    'unsatisfiable',
    'CREATE TABLE never (a integer CHECK (a IS NOT NULL AND a < 0 AND a > 0));',
    'DROP TABLE never;',
    'none: public.never: no value is known that its conditions on a allow',
  ],
];

const files = (): Files =>
  Object.fromEntries([
    ['m/01_users.sql', USERS],
    ...PLANTED.map(([name, body, back], i) => [`m/${String(i + 2).padStart(2, '0')}_${name}.sql`, file(body, back)]),
  ]);

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`rows on ${engine}`, () => {
    test('tells what each way back loses and leaves, and nothing of what keeps all rows', () =>
      withCli(engine, files(), async (at) => {
        const found = await remarks(at, '--jobs', '2');
        const expected = Object.fromEntries(
          PLANTED.flatMap(([name, , , ...lines], i) =>
            lines.length > 0 ? [[`${String(i + 2).padStart(2, '0')}_${name}`, lines]] : [],
          ),
        );
        assert.deepEqual(found, { '01_users': ['loses the rows of public.users'], ...expected });
      }));
  });
}

const TYPES = `bigint, numeric(12,3), real, double precision, money, boolean, text, varchar(3), char(2), name, "char", bytea, date,
time, timetz, timestamp, timestamptz, interval, uuid, json, jsonb, jsonpath, inet, cidr, macaddr, macaddr8, bit(3), varbit(5), point, line,
lseg, box, path, polygon, circle, tsvector, tsquery, pg_lsn, xid, xid8, oid, regclass, int4range, numrange, tsrange, tstzrange, daterange,
int4multirange, datemultirange, text[], integer[], mood, mood[], email, positive[], pair, pair[], span, citext, ltree, hstore`;
const ALL_TYPES = `CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE TYPE mood AS ENUM ('sad', 'it''s');
CREATE DOMAIN email AS citext CHECK (VALUE ~ '^[^@]+@[a-z]+\\.[a-z]{2,3}$');
CREATE DOMAIN positive AS integer NOT NULL CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE many (${TYPES.split(', ')
  .flatMap((one) => one.split(',\n'))
  .map((one, i) => `c${i} ${one.trim()} NOT NULL`)
  .join(', ')});`;

/** Each a table that is made in its own migration, with a condition that few rows meet. */
const DEMANDING: readonly string[] = [
  "CREATE TABLE t (code char(3) PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'), size numeric(3,2) CHECK (size > 0 AND size < 1))",
  'CREATE TABLE t (a date NOT NULL, b date NOT NULL, CHECK (a < b), CHECK (b - a > 1))',
  "CREATE TABLE t (slug text UNIQUE CHECK (length(slug) >= 40), tags text[] NOT NULL CHECK (cardinality(tags) = 2 AND tags <@ ARRAY['x', 'y', 'z']))",
  "CREATE TABLE t (doc jsonb NOT NULL CHECK (jsonb_typeof(doc) = 'object' AND doc ? 'kind'))",
  'CREATE TABLE t (a integer, b integer, CHECK (num_nonnulls(a, b) = 1))',
  'CREATE TABLE t (a boolean PRIMARY KEY)',
  'CREATE TABLE t (id integer PRIMARY KEY, up integer NOT NULL REFERENCES t)',
  'CREATE TABLE t (id integer PRIMARY KEY DEFERRABLE, EXCLUDE USING gist (during WITH &&), during tstzrange NOT NULL)',
  "CREATE TABLE t (id integer, at date NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE t_old PARTITION OF t FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')",
  'CREATE TABLE t (id integer NOT NULL) PARTITION BY HASH (id);\nCREATE TABLE t_one PARTITION OF t FOR VALUES WITH (MODULUS 5, REMAINDER 3)',
  "CREATE TABLE t (kind text) PARTITION BY LIST (kind);\nCREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a1', 'a2');\nCREATE TABLE t_rest PARTITION OF t DEFAULT",
  "CREATE TABLE t (id integer);\nCREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;\nCREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()",
  'CREATE TABLE t (id integer);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nALTER TABLE t FORCE ROW LEVEL SECURITY;\nCREATE POLICY none ON t USING (false)',
  'CREATE TABLE t (id serial PRIMARY KEY, twice integer GENERATED ALWAYS AS (id / 2) STORED, UNIQUE (twice))',
  'CREATE TABLE t ("a b" text NOT NULL, "C" "char" NOT NULL, CHECK ("a b" LIKE \'x%\'))',
];
const dropped = (sql: string) => `DROP TABLE t CASCADE;${sql.includes('FUNCTION') ? '\nDROP FUNCTION no();' : ''}`;
const demanding = (): Files =>
  Object.fromEntries(
    DEMANDING.map((sql, i) => {
      const named = (text: string) => text.replace(/\bt(_\w+)?\b/g, `t${i}$1`).replace(/\bno\(\)/g, `no${i}()`);
      return [`m/${String(i + 1).padStart(2, '0')}_t.sql`, file(named(`${sql};`), named(dropped(sql)))];
    }),
  );

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`sample rows on ${engine}`, () => {
    test('have values of all common types', () =>
      withCli(engine, { 'm/1_types.sql': file(ALL_TYPES, DROP_TYPES) }, async (at) => {
        assert.deepEqual(await remarks(at), { '1_types': ['loses the rows of public.many'] });
      }));

    test('meet conditions, keys and bounds', () =>
      withCli(engine, demanding(), async (at) => {
        const found = await remarks(at);
        assert.equal(Object.keys(found).length, DEMANDING.length);
        for (const [version, lines] of Object.entries(found)) {
          for (const line of lines) assert.match(line, /^loses the rows of public\.t\d+\w*$/, version);
        }
      }));
  });
}

const DROP_TYPES = `DROP TABLE many;
DROP TYPE span;
DROP TYPE pair;
DROP DOMAIN positive;
DROP DOMAIN email;
DROP TYPE mood;
DROP EXTENSION hstore;
DROP EXTENSION ltree;
DROP EXTENSION citext;`;

test('files outside transactions are tried with rows, too', () =>
  withCli(
    18,
    {
      'm/1_users.sql': USERS,
      'm/2_nick.sql': file(
        "ALTER TABLE users ADD nick text DEFAULT 'x';\nCREATE INDEX CONCURRENTLY users_nick ON users (nick);",
        'DROP INDEX CONCURRENTLY users_nick;\nALTER TABLE users DROP nick;',
      ),
      'm/3_index.sql': file(
        'CREATE INDEX CONCURRENTLY users_age ON users (age);',
        'DROP INDEX CONCURRENTLY users_age;',
      ),
    },
    async (at) => {
      const found = await remarks(at);
      assert.deepEqual(found, {
        '1_users': ['loses the rows of public.users'],
        '2_nick': ['loses the values of public.users.nick (2 of 3 sample rows)'],
      });
    },
  ));

test('what no row can be made for is named and counted, and so is what is refused where there are rows', () =>
  withCli(
    18,
    {
      'm/1_odd.sql': file(
        'CREATE TYPE empty AS ENUM ();\nCREATE TABLE odd (a empty NOT NULL);\nCREATE TABLE parts (a integer) PARTITION BY LIST (a);',
        'DROP TABLE odd, parts;\nDROP TYPE empty;',
      ),
      'm/2_users.sql': USERS.replace(/^INSERT.*$/m, ''),
      'm/3_back.sql': file(
        'ALTER TABLE users DROP COLUMN state;',
        "ALTER TABLE users ADD state text NOT NULL CHECK (state IN ('new', 'open', 'done'));\nALTER TABLE users ALTER state SET DEFAULT 'new';",
      ),
    },
    async (at) => {
      const found = await remarks(at);
      assert.deepEqual(found['1_odd'], [
        'none: public.odd: no value is known for column a of type empty',
        'none: public.parts: it has no partition',
      ]);
      const { stdout } = await run(at, '--verbose');
      assert.match(stdout, /note: rollback: 2_users: loses: the rows of public\.users\n/);
      assert.match(
        stdout,
        /note: rollback: 3_back: the rollback fails on sample rows of public\.users:\s+column "state"/,
      );
      assert.match(stdout, /rollback +ok +3 exact, 1 fails on rows, 1 loses data, 2 tables\s+without sample rows/);
      const brief = await run(at);
      assert.match(brief.stdout, /the rollback fails on sample rows/);
      assert.doesNotMatch(brief.stdout, /loses: /);
    },
  ));

test('sequences count on from where they stood: later rows get the keys that they get from migrate', () =>
  withCli(
    18,
    {
      'db/migrations/1_roles.sql': file(
        "CREATE TABLE IF NOT EXISTS roles (id serial PRIMARY KEY, name text UNIQUE);\nINSERT INTO roles (name) VALUES ('a') ON CONFLICT DO NOTHING;",
        'DROP TABLE roles;',
      ),
      'db/migrations/2_more.sql': file("INSERT INTO roles (name) VALUES ('b');", "DELETE FROM roles WHERE name = 'b';"),
      'db/migrations/3_grants.sql': file(
        "INSERT INTO roles (name) VALUES ('c');\nCREATE TABLE grants (role integer);\nINSERT INTO grants SELECT id FROM roles;",
        "DROP TABLE grants;\nDELETE FROM roles WHERE name = 'c';",
      ),
    },
    async (at) => {
      const env = { DATABASE_URL: undefined, TASKFLOW_DIRECTORIES: 'db/migrations' };
      const scratch = ['--scratch', at.database.server.url('postgres')];
      const dump = await at.run(['schema', 'dump', ...scratch], { env });
      assert.equal(dump.exit, 0, dump.output);
      const { checks } = (await at.run(['verify', '--json', ...scratch], { env })).json<Document>();
      assert.deepEqual(
        checks.filter(({ name }) => name === 'init-complete').map(({ state }) => state),
        ['ok'],
      );
    },
  ));

test('an ordinary role makes sample rows, too; where its own triggers refuse them, that is said', () =>
  withCli(
    18,
    {
      'm/1_users.sql': USERS,
      'm/2_tags.sql': file(
        `CREATE TABLE tags (id integer REFERENCES users DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE log (id integer);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'only by hand'; END $$;
CREATE TRIGGER no BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION no();`,
        'DROP TABLE log, tags;\nDROP FUNCTION no();',
      ),
    },
    async (at) => {
      const role = uniqueName('maker');
      await at.database.sql(`CREATE ROLE ${role} LOGIN CREATEDB`);
      try {
        const args = ['verify', '--json', '--scratch', at.database.server.url('postgres', role)];
        const { checks } = (await at.run(args, { env: { DATABASE_URL: undefined } })).json<Document>();
        const found = checks.flatMap(({ data }) => (data ? [listed(data)] : []));
        assert.deepEqual(found, [
          ['loses the rows of public.users'],
          ['loses the rows of public.tags', 'none: public.log: only by hand'],
        ]);
      } finally {
        await at.database.sql(`DROP ROLE ${role}`);
      }
    },
  ));
