/** A database with one of everything that a backup must bring back, ways to load a backup by hand, and a look at both. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import { openSession } from '../../src/engine/sessions.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { readSnapshot } from '../../src/snapshot/read.ts';
import { quoteIdentifier } from '../../src/sql/quote.ts';
import { createDatabase, systemBin, type TestDatabase, type TestServer } from '../support/servers.ts';

/** Of a name: quotes, blanks, a letter that is no ASCII, a line break, and what libpq would take for a connection string. */
export const ODD = 'O\'x "y" ä\n=z';
const odd = quoteIdentifier(ODD);

export const EVERYTHING = `
CREATE EXTENSION hstore;
CREATE SCHEMA ${odd};
CREATE TYPE mood AS ENUM ('sad', 'so ''so''');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE SEQUENCE loose START 7 INCREMENT 3;
SELECT nextval('loose'), nextval('loose');
CREATE TABLE ${odd}.${odd} (${odd} text PRIMARY KEY, "b" bytea);
INSERT INTO ${odd}.${odd} VALUES (E'tab\\t newline\\n back\\\\ nul\\\\N', '\\x00ff5c0a'), (E'\\\\.', NULL);
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feels mood, n positive,
  tags hstore, at timestamptz DEFAULT now(), double_n int GENERATED ALWAYS AS (twice(n)) STORED, x float8, gone int);
ALTER TABLE people DROP COLUMN gone;
INSERT INTO people (name, feels, n, tags, x) SELECT 'p' || i, 'sad', i, 'a=>1', random() FROM generate_series(1, 300) AS i;
CREATE TABLE orders (id serial PRIMARY KEY, person bigint REFERENCES people, parent int REFERENCES orders);
INSERT INTO orders (person, parent) VALUES (1, 2), (2, 1);
CREATE INDEX orders_person ON orders (person) WHERE person > 1;
CREATE TABLE parts (k int, at date, note text) PARTITION BY RANGE (at);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE parts_other PARTITION OF parts DEFAULT;
CREATE UNIQUE INDEX ON parts (k, at);
INSERT INTO parts VALUES (1, '2026-05-05', 'in'), (2, '1999-01-01', 'out');
CREATE TABLE base (a int, b text);
CREATE TABLE child (c int) INHERITS (base);
ALTER TABLE base ADD COLUMN d text;
INSERT INTO base VALUES (1, 'base', 'd'); INSERT INTO child VALUES (2, 'child', 3, 'd2');
CREATE TABLE secrets (owner text, body text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY; ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON secrets USING (owner = current_user);
INSERT INTO secrets VALUES ('nobody', repeat('huge row ', 200000));
CREATE VIEW names AS SELECT id, name FROM people GROUP BY id;
CREATE MATERIALIZED VIEW counts AS SELECT feels, count(*) AS n FROM people GROUP BY feels;
CREATE INDEX ON counts (n);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END$$;
CREATE TRIGGER stamp BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE UNLOGGED TABLE cache (v int);
INSERT INTO cache VALUES (42);
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
CREATE SCHEMA taskflow_backup;
CREATE TABLE taskflow_backup.kept AS SELECT 'what a migration has removed' AS t;
COMMENT ON TABLE people IS 'who''s there';
GRANT SELECT ON people TO PUBLIC;
`;

export interface Look {
  readonly schema: unknown;
  /** By table, a digest over its rows in order. */
  readonly rows: Readonly<Record<string, string>>;
  readonly sequences: unknown;
}

/** The schema as the tool reads it but for the order of columns, each table's rows, and what the sequences stand at. */
export async function look(database: TestDatabase): Promise<Look> {
  const target = resolveTarget(
    machineInputs(
      {},
      {
        host: database.server.host,
        port: String(database.server.port),
        user: 'postgres',
        database: `dbname='${database.name.replaceAll(/['\\]/g, '\\$&')}'`,
      },
    ),
  );
  const session = await openSession(target!, { applicationName: 'look', onSecret: () => {} });
  try {
    const options = {
      major: database.server.major,
      owners: true,
      privileges: true,
      trackingSchema: '',
      lockTimeoutMs: 0,
    };
    const { objects } = await readSnapshot(session, options);
    const tables = await session.query(
      `SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE relkind IN ('r', 'm') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`,
    );
    const rows: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await session.query(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text)), '') AS sum FROM ONLY ${name} AS t`,
      );
      rows[name ?? ''] = row?.sum ?? '';
    }
    const sequences = await session.query(
      'SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2',
    );
    // A column that a parent got later stands behind those of its child, which no SQL makes again: pg_dump's does not either.
    const schema = objects.map(({ properties: { position: _, ...properties }, ...one }) => ({ ...one, properties }));
    return { schema, rows, sequences };
  } finally {
    await session.end();
  }
}

/** Where `backup` says that it lies: the last line on stdout. */
export function folderOf(stdout: string): string {
  return stdout.trim().split('\n').at(-1) ?? '';
}

export function manifestIn(folder: string): BackupManifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as BackupManifest;
}

/** Every file is as its digest says, and for its owner alone. */
export function checkFiles(folder: string): void {
  const { files } = manifestIn(folder);
  const below = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const one of below) {
    const { mode } = statSync(join(one.parentPath ?? one.path, one.name));
    assert.equal(mode & 0o777, one.isDirectory() ? 0o700 : 0o600, one.name);
  }
  assert.equal(below.filter((one) => one.isFile()).length, files.length + 1);
  for (const { path, bytes, sha256 } of files) {
    const content = readFileSync(join(folder, path));
    assert.deepEqual([content.length, createHash('sha256').update(content).digest('hex')], [bytes, sha256], path);
  }
}

/** Loads a backup into a new database as somebody would who has the folder and PostgreSQL's programs, and nothing else. */
export async function loadByHand(on: TestServer, folder: string): Promise<TestDatabase> {
  const database = await createDatabase(on);
  const manifest = manifestIn(folder);
  if (manifest.method === 'copy') loadCopy(database, folder, manifest);
  else {
    const [first = ''] = manifest.files
      .map(({ path }) => path.split('/')[0] ?? '')
      .filter((name) => /^dump/.test(name));
    program('pg_restore', database, ['--exit-on-error', `--dbname=${database.name}`, join(folder, first)]);
  }
  return database;
}

function loadCopy(database: TestDatabase, folder: string, { tables, sequences }: BackupManifest): void {
  const psql = (sql: string | Buffer) => program('psql', database, ['-Xq', '-v', 'ON_ERROR_STOP=1', '-f', '-'], sql);
  psql(readFileSync(join(folder, 'schema-pre.sql')));
  for (const { schema, name, file, columns } of tables) {
    const content = readFileSync(join(folder, file ?? ''));
    const list = (columns ?? []).map(quoteIdentifier).join(', ');
    const data = file?.endsWith('.gz') ? gunzipSync(content) : content;
    const copy = `COPY ${quoteIdentifier(schema)}.${quoteIdentifier(name)}${list === '' ? '' : ` (${list})`} FROM STDIN;\n`;
    psql(Buffer.concat([Buffer.from(`SET row_security = off; ${copy}`), data, Buffer.from('\\.\n')]));
  }
  for (const { schema, name, lastValue, isCalled } of sequences) {
    const quoted = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`.replaceAll("'", "''");
    psql(`SELECT setval('${quoted}', ${lastValue}, ${isCalled});`);
  }
  psql(readFileSync(join(folder, 'schema-post.sql')));
}

function program(name: string, database: TestDatabase, args: readonly string[], input?: string | Buffer): void {
  const env = {
    ...database.server.env(database.name),
    PATH: process.env.PATH ?? '',
    PGOPTIONS: '-c client_min_messages=warning',
  };
  execFileSync(join(systemBin(), name), args, { env, input, stdio: ['pipe', 'ignore', 'inherit'] });
}
