/** What is advised where a privilege is missing: the GRANT itself, in the statement's own names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingGrant } from '../../src/engine/missing-grant.ts';
import type { DatabaseError } from '../../src/postgres/database-error.ts';

function advice(message: string, sql: string, more: Partial<DatabaseError> = {}): string {
  const error = Object.assign(new Error(message), { code: '42501', ...more }) as unknown as DatabaseError;
  return missingGrant(error, sql, 'app owner').replace('Its owner or an administrator runs: ', '');
}

const GRANTS: readonly [message: string, sql: string, grant: string][] = [
  ['table users', 'INSERT INTO users VALUES (1)', 'GRANT INSERT ON TABLE users TO "app owner";'],
  ['table users', 'insert into only_here select * from s.users', 'GRANT SELECT ON TABLE s.users TO "app owner";'],
  ['table users', 'UPDATE ONLY s.users SET a = 1', 'GRANT SELECT, UPDATE ON TABLE s.users TO "app owner";'],
  ['table Users', 'DELETE FROM "Users"', 'GRANT SELECT, DELETE ON TABLE "Users" TO "app owner";'],
  ['table users', 'TRUNCATE TABLE users', 'GRANT TRUNCATE ON TABLE users TO "app owner";'],
  ['view u', 'CREATE VIEW v AS SELECT * FROM u', 'GRANT SELECT ON TABLE u TO "app owner";'],
  [
    'table users',
    'ALTER TABLE a ADD FOREIGN KEY (u) REFERENCES users',
    'GRANT REFERENCES ON TABLE users TO "app owner";',
  ],
  ['table users', 'WITH x AS (DELETE FROM users) SELECT 1', 'GRANT ... ON TABLE users TO "app owner";'],
  ['schema audit', 'CREATE TABLE audit.a (n int)', 'GRANT USAGE, CREATE ON SCHEMA audit TO "app owner";'],
  ['schema audit', 'SELECT * FROM audit.a', 'GRANT USAGE ON SCHEMA audit TO "app owner";'],
  ['sequence ids', "SELECT nextval('ids')", 'GRANT USAGE ON SEQUENCE ids TO "app owner";'],
  ['function f', 'SELECT f(1)', 'GRANT EXECUTE ON FUNCTION f TO "app owner";'],
];

for (const [object, sql, grant] of GRANTS) {
  test(`permission denied for ${object}: ${sql}`, () =>
    assert.equal(advice(`permission denied for ${object}`, sql), grant));
}

test('inside a block it is the inner statement that says what is missing', () => {
  const where = 'SQL statement "DELETE FROM t"\nPL/pgSQL function inline_code_block line 3 at SQL statement';
  assert.equal(
    advice('permission denied for table t', 'DO $$ ... $$', { where }),
    'GRANT SELECT, DELETE ON TABLE t TO "app owner";',
  );
});

test('what only an owner may do is told as that, and no GRANT is named', () => {
  assert.match(advice('must be owner of table users', 'ALTER TABLE users ADD a int'), /^Only the owner of table users/);
  assert.match(advice('keine Berechtigung', 'ALTER TABLE users ADD a int'), /GRANT what is missing/);
});
