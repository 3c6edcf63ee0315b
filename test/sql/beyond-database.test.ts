import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { beyondDatabase, madeRoles } from '../../src/sql/beyond-database.ts';
import { splitScript } from '../../src/sql/splitter.ts';

function asked<T>(text: string, ask: (sql: string, words: readonly string[]) => T): T {
  const [item] = splitScript(`${text};`);
  assert.ok(item && (item.kind === 'statement' || item.kind === 'copy'), text);
  return ask(text.slice(item.start, item.end), item.words);
}

const BEYOND: readonly (readonly [sql: string, why: RegExp])[] = [
  ['CREATE ROLE app', /roles/],
  ['create user app password $$x$$', /roles/],
  ['ALTER GROUP a ADD USER b', /roles/],
  ['ALTER ROLE app IN DATABASE shop SET work_mem = 1', /roles/],
  ['DROP ROLE IF EXISTS app', /roles/],
  ['GRANT reader, "on" TO app', /roles/],
  ['REVOKE ADMIN OPTION FOR reader FROM app', /roles/],
  ['COMMENT ON ROLE app IS NULL', /roles/],
  ["SECURITY LABEL FOR anon ON ROLE app IS 'MASKED'", /roles/],
  ['DROP OWNED BY app', /all databases/],
  ['REASSIGN OWNED BY a TO b', /all databases/],
  ['GRANT SET ON PARAMETER work_mem TO app', /all databases/],
  ['GRANT CONNECT ON DATABASE shop TO app', /a database/],
  ['ALTER DATABASE shop SET search_path = app', /a database/],
  ["COMMENT ON DATABASE shop IS 'ours'", /a database/],
  ['CREATE DATABASE other', /a database/],
  ["CREATE TABLESPACE fast LOCATION '/x'", /tablespaces/],
  ['REVOKE ALL ON TABLESPACE fast FROM app', /tablespaces/],
  ['ALTER SYSTEM SET work_mem = 1', /a file/],
  ["CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", /publisher/],
  ['DROP SUBSCRIPTION s', /publisher/],
  ["SELECT dblink_exec('host=other', 'DELETE FROM t')", /dblink_exec acts at once/],
  ["COPY t TO PROGRAM 'cat'", /runs a program/],
  ['DO $$ BEGIN IF true THEN CREATE ROLE app; END IF; END $$', /roles/],
  ["DO $$ BEGIN EXECUTE format('ALTER USER %I SET a.b = 1', current_user); END $$", /roles/],
  ["DO $$ BEGIN EXECUTE 'GRANT CONNECT ON DATABASE shop TO app'; END $$", /a database/],
];

const WITHIN: readonly string[] = [
  'CREATE TABLE role (id integer)',
  'CREATE USER MAPPING FOR app SERVER far',
  'ALTER USER MAPPING FOR app SERVER far OPTIONS (SET a $$b$$)',
  'ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO reader',
  'GRANT SELECT (id, "to") ON users TO app',
  'GRANT SELECT ON role TO app',
  'GRANT SELECT ON parameter, users TO app',
  "INSERT INTO help VALUES ('SELECT pg_reload_conf()') -- dblink()",
  'GRANT USAGE ON SCHEMA public TO app WITH GRANT OPTION',
  'REVOKE GRANT OPTION FOR SELECT ON users FROM app',
  "COMMENT ON TABLE users IS 'x'",
  'ALTER TABLE t OWNER TO app',
  'SET ROLE app',
  "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP ROLE app'",
  'DO $$ BEGIN -- create role by hand\n PERFORM 1; END $$',
  "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END $$",
  "INSERT INTO t VALUES ('CREATE ROLE app')",
];

describe('beyondDatabase', () => {
  for (const [sql, why] of BEYOND) test(sql, () => assert.match(asked(sql, beyondDatabase) ?? '', why));
  for (const sql of WITHIN) test(sql, () => assert.equal(asked(sql, beyondDatabase), undefined));
});

test('the roles that a statement makes', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['CREATE ROLE App', ['app']],
    ['CREATE USER "Web ""1""" LOGIN', ['Web "1"']],
    ['ALTER ROLE a RENAME TO b', ['b']],
    ['ALTER ROLE a NOLOGIN', []],
    ['DROP ROLE a', []],
    ['GRANT a TO b', []],
    ["DO $$ BEGIN CREATE ROLE a; EXECUTE 'CREATE USER b'; EXECUTE format('CREATE ROLE %I', 'c'); END $$", ['a', 'b']],
    ["COMMENT ON TABLE t IS 'CREATE ROLE a'", []],
  ];
  for (const [sql, names] of cases) assert.deepEqual(asked(sql, madeRoles), names, sql);
});
