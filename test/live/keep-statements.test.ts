/** Statements that do not look as if they destroyed anything, and roles and policies that hide rows: what they take comes back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type RoundTrip, roundTrip } from '../support/round-trip.ts';
import { server, uniqueName } from '../support/servers.ts';

const T = `CREATE TABLE t (id int PRIMARY KEY, v text, n int DEFAULT 7);
INSERT INTO t SELECT i, 'v' || i, i FROM generate_series(1, 20) AS i;`;
const TWO = `${T} CREATE TABLE u (id int PRIMARY KEY, v text); INSERT INTO u SELECT i, 'u' || i FROM generate_series(1, 30) AS i;
CREATE TABLE k (id int PRIMARY KEY, u int REFERENCES u ON DELETE CASCADE); INSERT INTO k SELECT i, i FROM generate_series(1, 30) AS i;`;

const CASES: Readonly<Record<string, RoundTrip>> = {
  'INSERT ... ON CONFLICT DO UPDATE': {
    base: `${T} CREATE TABLE w (a int, b text, v text, CONSTRAINT ab UNIQUE (a, b)); INSERT INTO w SELECT i, 'b', 'v' || i FROM generate_series(1, 5) AS i`,
    destroy: `INSERT INTO t VALUES ('1', 'new', 1), (3, 'x' || E'\\'', DEFAULT), (50, 'n', 1) ON CONFLICT (id) DO UPDATE SET v = excluded.v, n = excluded.n WHERE t.id <> 4;
WITH s (a) AS (SELECT generate_series(1, 3)) INSERT INTO w AS o (b, v, a) SELECT 'b', 'over', a FROM s ON CONFLICT ON CONSTRAINT ab DO UPDATE SET v = excluded.v || o.v`,
    back: 'DELETE FROM t WHERE id = 50',
    between: 'UPDATE t SET v = v WHERE id = 1',
  },
  'a row that cannot be asked for, beside one that can': {
    base: T,
    destroy: `DELETE FROM t WHERE id = 2; INSERT INTO t SELECT 30.5, 'x' ON CONFLICT (id) DO UPDATE SET v = excluded.v`,
    back: 'DELETE FROM t WHERE id IN (30, 31)',
    warns:
      /line 3: what it removes is not kept, because its rows cannot be asked for beforehand \(invalid input syntax for type integer: "30\.5"\)/,
  },
  'queries inside WITH': {
    base: `${TWO} CREATE TABLE archive (id int, v text)`,
    destroy: `WITH few AS (SELECT id FROM t WHERE id < 5), moved AS (DELETE FROM u WHERE id IN (SELECT id FROM few) RETURNING *), ch AS (UPDATE t SET v = 'ch' FROM few WHERE t.id = few.id + 10)
INSERT INTO archive SELECT id, v FROM moved`,
    back: 'TRUNCATE archive',
  },
  'a trigger that marks rows as deleted': {
    base: `CREATE TABLE s (id int PRIMARY KEY, gone bool NOT NULL DEFAULT false, v text); INSERT INTO s SELECT i, false, 'v' || i FROM generate_series(1, 9) AS i;
CREATE FUNCTION soft() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE s SET gone = true WHERE id = OLD.id AND OLD.id <> 3; RETURN CASE WHEN OLD.id = 5 THEN OLD END; END $$;
CREATE TRIGGER soft BEFORE DELETE ON s FOR EACH ROW EXECUTE FUNCTION soft()`,
    destroy: 'DELETE FROM s WHERE id < 5',
    back: 'SELECT 1',
    between: `UPDATE s SET v = v || '' WHERE id = 8`,
  },
  'what a DO block comes to': {
    base: `${TWO} CREATE TABLE w (id int PRIMARY KEY, c int, d int); INSERT INTO w VALUES (1, 2, 3); CREATE TABLE e (id int); INSERT INTO e VALUES (1), (1)`,
    destroy: `DO $$ DECLARE one record; BEGIN
  IF EXISTS (SELECT FROM t WHERE id = 1) THEN ALTER TABLE t DROP COLUMN n; ELSE ALTER TABLE w DROP COLUMN c; DROP TABLE w; TRUNCATE w; END IF;
  DELETE FROM u WHERE id < 4; DELETE FROM u WHERE id < 6; UPDATE u SET v = 'x' WHERE id BETWEEN 5 AND 8;
  TRUNCATE e;
END $$`,
    back: 'ALTER TABLE t ADD COLUMN n int DEFAULT 7',
    says: /put back 2 rows of public\.e /,
  },
  'functions and procedures that are called': {
    base: `${TWO} CREATE PROCEDURE wipe() LANGUAGE sql AS 'DELETE FROM u WHERE id > 25';
CREATE FUNCTION f(what int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN CALL wipe(); DELETE FROM t WHERE id > 18; DELETE FROM k WHERE id = what; RETURN 1; END $$`,
    destroy: 'SELECT f(2)',
    back: 'INSERT INTO k VALUES (2, 2)',
    warns: /cannot be asked for beforehand \(column "what" does not exist\)/,
  },
  sequences: {
    base: `CREATE SEQUENCE a START 50; SELECT nextval('a'), nextval('a'); CREATE SEQUENCE b; CREATE SCHEMA x; CREATE SEQUENCE x.c; SELECT nextval('x.c');
CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES`,
    destroy: 'DROP SEQUENCE a, b; DROP SCHEMA x CASCADE; DROP SEQUENCE t_id_seq CASCADE',
    back: `CREATE SEQUENCE a START 50; CREATE SEQUENCE b; CREATE SCHEMA x; CREATE SEQUENCE x.c; CREATE SEQUENCE t_id_seq AS int OWNED BY t.id; ALTER TABLE t ALTER id SET DEFAULT nextval('t_id_seq')`,
  },
  'an attribute of a type': {
    base: `CREATE TYPE comp AS (a int, b text); CREATE TABLE c (id int PRIMARY KEY, c comp, many comp[]); CREATE TABLE typed OF comp;
INSERT INTO c SELECT i, ROW(i, 'b,"' || i)::comp, ARRAY[ROW(i, NULL)::comp] FROM generate_series(1, 5) AS i; INSERT INTO typed VALUES (1, 'x')`,
    destroy: 'ALTER TYPE comp DROP ATTRIBUTE b CASCADE',
    back: 'ALTER TYPE comp ADD ATTRIBUTE b text CASCADE',
  },
};

const MERGE: RoundTrip = {
  base: TWO,
  destroy: `MERGE INTO u AS x USING (t JOIN (SELECT 1 AS one) AS o ON true) ON t.id = x.id AND CASE WHEN x.id > 0 THEN true END
WHEN MATCHED AND t.id < 8 THEN DELETE WHEN MATCHED AND t.id < 12 THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN DO NOTHING
WHEN NOT MATCHED BY SOURCE AND x.id > 28 THEN UPDATE SET v = 'none'`,
  back: 'SELECT 1',
};

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    for (const [name, one] of Object.entries({ ...CASES, ...(major === 18 ? { MERGE } : {}) }))
      test(name, async () => void (await roundTrip(major, one)));

    test('of SQL that a DO block makes, and rows that it finds by a variable, it is said that they are not kept', () =>
      withCli(major, { 'm/000_base.sql': `${T}\n-- IRREVERSIBLE: the base\n` }, async (at) => {
        at.write({
          'm/001_step.sql': `-- Step
DO $$ DECLARE one int := 5; name text := 't'; BEGIN
  EXECUTE format('DELETE FROM %I WHERE id = 1', name);
  DELETE FROM t WHERE id = one;
  UPDATE t SET n = 100 WHERE id > 15;
  DELETE FROM t WHERE n = 100;
END $$;
-- IRREVERSIBLE: test
`,
        });
        const run = await at.run(['migrate', '--yes']);
        assert.equal(run.exit, 0, run.output);
        assert.match(run.said, /001_step, line 2: what it removes is not kept, because .*line 2 of its body/);
        assert.match(run.said, /cannot be asked for beforehand \(column "one" does not exist\)/);
        assert.match(run.said, /it changes \d+ more rows of public\.t than could be told before/);
      }));

    test('what a role owns', async () => {
      const role = uniqueName('keep_owner');
      await (await server(major)).sql('postgres', `CREATE ROLE ${role}`);
      await roundTrip(major, {
        base: `${T} ALTER TABLE t OWNER TO ${role}`,
        destroy: `DROP OWNED BY ${role}`,
        back: `CREATE TABLE t (id int PRIMARY KEY, v text, n int DEFAULT 7)`,
      });
    });

    test('under another role, in a schema of its name, and with a policy', async () => {
      const role = uniqueName('keep_role');
      await (await server(major)).sql('postgres', `CREATE ROLE ${role}`);
      await roundTrip(major, {
        base: `${T} ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id % 2 = 0); GRANT ALL ON t TO ${role};
CREATE SCHEMA ${role} AUTHORIZATION ${role}; CREATE TABLE ${role}.o (id int PRIMARY KEY, v text); ALTER TABLE ${role}.o OWNER TO ${role}; INSERT INTO ${role}.o VALUES (1, 'o'); CREATE TABLE o (id int)`,
        destroy: `SET ROLE ${role}; DELETE FROM t WHERE id < 10; UPDATE o SET v = 'changed'; ALTER TABLE o DROP COLUMN v; RESET ROLE`,
        back: `SET LOCAL ROLE ${role}; ALTER TABLE o ADD COLUMN v text NOT NULL; ALTER TABLE o ALTER v DROP NOT NULL`,
      });
    });

    test('an owner whom a policy binds, too', async () => {
      const role = uniqueName('keep_forced');
      const at = await server(major);
      await at.sql('postgres', `CREATE ROLE ${role} LOGIN`);
      await withCli(major, { 'm/000_base.sql': `SELECT 1;\n-- IRREVERSIBLE: the base\n` }, async (place) => {
        const { database } = place;
        await database.sql(`ALTER DATABASE ${database.name} OWNER TO ${role}; ALTER SCHEMA public OWNER TO ${role}`);
        const env = { DATABASE_URL: at.url(database.name, role) };
        const migrate = async () => {
          const run = await place.run(['migrate', '--yes'], { env });
          assert.equal(run.exit, 0, run.output);
        };
        await migrate();
        await database.sql(`CREATE TABLE f (id int PRIMARY KEY, v text, w text); INSERT INTO f SELECT i, 'v' || i, 'w' FROM generate_series(1, 20) AS i; ALTER TABLE f OWNER TO ${role};
ALTER TABLE f ENABLE ROW LEVEL SECURITY; ALTER TABLE f FORCE ROW LEVEL SECURITY; CREATE POLICY p ON f USING (id % 2 = 0)`);
        const rows = 'SELECT id, v, w FROM f ORDER BY 1';
        const before = await database.sql(rows);
        place.write({
          'm/001_step.sql':
            '-- Step\nDELETE FROM f WHERE id > 15;\nUPDATE f SET w = NULL;\nALTER TABLE f DROP COLUMN v;\n-- ROLLBACK:\n-- ALTER TABLE f ADD COLUMN v text NOT NULL;\n',
        });
        await migrate();
        const back = await place.run(['rollback', '--yes'], { env });
        assert.equal(back.exit, 0, back.output);
        assert.doesNotMatch(back.said, /not put back/);
        assert.deepEqual(await database.sql(rows), before);
        assert.deepEqual(await database.sql("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'f'::regclass"), [
          ['t'],
        ]);
        await database.sql("INSERT INTO f (id, v) SELECT i, repeat('v', 300) FROM generate_series(100, 30000) AS i");
        place.write({
          'm/001_step.sql': '-- Step\n-- Lock-Timeout: 60ms\nALTER TABLE f DROP COLUMN v;\n-- IRREVERSIBLE: x\n',
        });
        for (const to of ['schema', 'file']) {
          const large = await place.run(['migrate', '--yes', '--backup-to', to], { env });
          assert.match(
            large.said,
            /backup-refused.*public\.f cannot be copied while it is in use: a policy hides rows of it/,
          );
        }
        assert.deepEqual(await database.sql("SELECT count(v) FROM f WHERE v LIKE 'vvv%'"), [['29901']]);
      });
    });
  });
