import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockedRelations } from '../../src/sql/locked-relations.ts';

const named = (sql: string) =>
  lockedRelations(sql)
    .map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    .join(' ');

for (const [sql, expected] of [
  ['ALTER TABLE IF EXISTS ONLY app.users ADD COLUMN a int REFERENCES teams (id)', 'app.users teams'],
  ['ALTER TABLE "Users" ATTACH PARTITION users_2 FOR VALUES IN (2)', 'Users users_2'],
  ['alter table parent detach partition child concurrently', 'parent child'],
  ['ALTER INDEX app.users_name RENAME TO other', 'app.users_name'],
  ['ALTER MATERIALIZED VIEW totals RENAME TO sums', 'totals'],
  ['ALTER TRIGGER audit ON users RENAME TO log', 'users'],
  ['ALTER ROLE users SET work_mem = 1', ''],
  ['DROP TABLE IF EXISTS a, app.b CASCADE', 'a app.b'],
  ['DROP INDEX CONCURRENTLY IF EXISTS a_b', 'a_b'],
  ['DROP TRIGGER IF EXISTS audit ON app.users', 'app.users'],
  ['DROP FUNCTION users()', ''],
  ['TRUNCATE TABLE ONLY a, b * RESTART IDENTITY', 'a b'],
  ['LOCK a, b IN SHARE MODE NOWAIT', 'a b'],
  ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY app.users (lower(name))', 'app.users'],
  ['CREATE INDEX ON users USING gin (data)', 'users'],
  ['CREATE TABLE a (id int, b int REFERENCES app.b, CHECK (b > 0))', 'app.b'],
  ['CREATE TABLE a PARTITION OF app.parent DEFAULT', 'app.parent'],
  ['CREATE TABLE a (n int) INHERITS (base, other.base)', 'base other.base'],
  ['CREATE TABLE a (n int)', ''],
  ['CREATE OR REPLACE VIEW app.v AS SELECT 1', 'app.v'],
  ['CREATE VIEW app.v AS SELECT 1', ''],
  ['CREATE TRIGGER t AFTER UPDATE OF a ON users FOR EACH ROW EXECUTE FUNCTION f()', 'users'],
  ['CREATE POLICY p ON app.users USING (true)', 'app.users'],
  ['CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING', 'v'],
  ['CREATE STATISTICS s (ndistinct) ON a, b FROM users', 'users'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ TRUNCATE a $$', ''],
  ['REINDEX (VERBOSE) TABLE CONCURRENTLY users', 'users'],
  ['REINDEX SCHEMA app', ''],
  ['CLUSTER VERBOSE users USING users_pkey', 'users'],
  ['VACUUM (FULL, ANALYZE) a (x, y), b', 'a b'],
  ['VACUUM', ''],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY totals', 'totals'],
  ["COMMENT ON TABLE users IS 'x'", 'users'],
  ["COMMENT ON COLUMN users.a IS 'x'", ''],
  ['INSERT INTO users VALUES (1)', ''],
  ['', ''],
] as const) {
  test(sql, () => assert.equal(named(sql), expected));
}
