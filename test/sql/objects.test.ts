import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreatedObject } from '../../src/sql/created-object.ts';
import { createdObjects } from '../../src/sql/objects.ts';

const CASES: [string, CreatedObject[]][] = [
  [
    'CREATE TABLE IF NOT EXISTS S.Users (Id bigint DEFAULT f(1, 2), "Full Name" text DEFAULT ARRAY[\'a\', b][1], exclude bool, CONSTRAINT c CHECK (a > 1), UNIQUE (id), EXCLUDE USING gist (x WITH =), LIKE other INCLUDING ALL, NOT NULL id)',
    [{ kind: 'table', schema: 's', name: 'users', columns: ['id', 'Full Name', 'exclude'] }],
  ],
  ['create temp table t as select 1', [{ kind: 'table', name: 't', columns: [], temporary: true }]],
  ['CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)', [{ kind: 'table', name: 'p1', columns: [] }]],
  ['CREATE UNLOGGED TABLE "a.b"."c""d" (x int)', [{ kind: 'table', schema: 'a.b', name: 'c"d', columns: ['x'] }]],
  [
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t (lower(a))',
    [{ kind: 'index', schema: 's', name: 'i', table: 't' }],
  ],
  ['CREATE INDEX ON t (a)', []],
  ['CREATE OR REPLACE VIEW v AS SELECT 1', [{ kind: 'view', name: 'v' }]],
  ['CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1', [{ kind: 'materialized view', name: 'm' }]],
  ["CREATE TYPE user_role AS ENUM ('A')", [{ kind: 'type', name: 'user_role' }]],
  ['CREATE DOMAIN d AS int', [{ kind: 'domain', name: 'd' }]],
  ['CREATE OR REPLACE FUNCTION s.f(a int) RETURNS int RETURN 1', [{ kind: 'function', schema: 's', name: 'f' }]],
  ['CREATE PROCEDURE p() LANGUAGE sql AS $$$$', [{ kind: 'procedure', name: 'p' }]],
  ['CREATE SEQUENCE IF NOT EXISTS q', [{ kind: 'sequence', name: 'q' }]],
  ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', [{ kind: 'extension', name: 'uuid-ossp' }]],
  ['CREATE SCHEMA AUTHORIZATION joe', [{ kind: 'schema', name: 'joe' }]],
  [
    'CREATE CONSTRAINT TRIGGER g AFTER UPDATE OF a OR INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION f()',
    [{ kind: 'trigger', schema: 's', name: 'g', table: 't' }],
  ],
  ['CREATE POLICY p ON t USING (true)', [{ kind: 'policy', name: 'p', table: 't' }]],
  ['CREATE RULE r AS ON INSERT TO t DO NOTHING', [{ kind: 'rule', name: 'r', table: 't' }]],
  [
    'ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS a numeric(1, 2) DEFAULT f(1, 2), ADD b text, ADD CONSTRAINT k CHECK (a > 0), ADD PRIMARY KEY (a), DROP COLUMN z, ALTER c SET DEFAULT 1',
    [
      { kind: 'column', name: 'a', schema: 's', table: 't' },
      { kind: 'column', name: 'b', schema: 's', table: 't' },
      { kind: 'constraint', name: 'k', schema: 's', table: 't' },
    ],
  ],
  ["ALTER TYPE e ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'", [{ kind: 'enum value', name: "it's", table: 'e' }]],
  ['DO $$ BEGIN CREATE TABLE t (); END $$', []],
  ['INSERT INTO t VALUES (1)', []],
  ['CREATE', []],
];
for (const [sql, expected] of CASES) {
  test(`objects of ${sql.slice(0, 70)}`, () => assert.deepEqual(createdObjects(sql), expected));
}

test('a name is cut at 63 bytes, between characters, as the server cuts it', () => {
  const [object] = createdObjects(`CREATE VIEW ${'é'.repeat(40)} AS SELECT 1`);
  assert.equal(object?.name, 'é'.repeat(31));
});

test('a Unicode-escaped name is what it stands for', () => {
  assert.equal(createdObjects('CREATE VIEW U&"d\\0061t\\+000061" AS SELECT 1')[0]?.name, 'data');
});
