/** The migration that needs the extension vector, on the one engine here that has it: PGlite with its pgvector. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { bodySql, migration, plainMigrations, rollbackSql, VECTOR } from './taskflow-schema-files.ts';

const embedding = migration(VECTOR);

/** An embedding whose first three numbers are given and all others zero. */
function embeddingOf(...head: readonly number[]): string {
  return JSON.stringify([...head, ...new Array<number>(1536 - head.length).fill(0)]);
}

async function withVector(body: (database: PGlite) => Promise<void>): Promise<void> {
  const database = await PGlite.create({ extensions: { vector } });
  try {
    for (const one of plainMigrations) if (one.version < VECTOR) await database.exec(bodySql(one));
    await body(database);
  } finally {
    await database.close();
  }
}

/** The column's comment, its index and the extension's comment. */
const DESCRIBED = `SELECT col_description(attrelid, attnum) FROM pg_attribute
    WHERE attrelid = 'requests'::regclass AND attname = 'embedding_vector'
  UNION ALL SELECT pg_get_indexdef(to_regclass('requests_embedding_vector_idx'))
  UNION ALL SELECT obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'vector'`;

const COMPLETE = join(import.meta.dirname, '..', '..', 'database', 'postgresql', 'init-complete.sql');

/** init-complete.sql without the one command of psql in it. */
function completeSchema(): string {
  return readFileSync(COMPLETE, 'utf8').replace(/^\\set ON_ERROR_STOP on$/m, '');
}

async function values(database: PGlite, query: string): Promise<unknown[]> {
  return (await database.query<unknown[]>(query, [], { rowMode: 'array' })).rows.flat();
}

const HAS_EXTENSION = "SELECT count(*)::int FROM pg_extension WHERE extname = 'vector'";
const HAS_COLUMN = `SELECT format_type(atttypid, atttypmod) FROM pg_attribute
  WHERE attrelid = 'requests'::regclass AND attname = 'embedding_vector'`;

describe('the embedding vector of requests', () => {
  test('is skipped where the server does not offer the extension', () => {
    assert.deepEqual(embedding.headers.requires, [{ extension: 'vector' }]);
  });

  test('finds similar requests by cosine distance, through its index', () =>
    withVector(async (database) => {
      await database.exec(bodySql(embedding));
      for (const query of embedding.verify) assert.deepEqual(await values(database, query.sql), [true]);
      await database.exec(`INSERT INTO requests (text, embedding_vector) VALUES
        ('ferries', '${embeddingOf(1, 0, 0)}'), ('boats', '${embeddingOf(9, 1, 0)}'), ('taxes', '${embeddingOf(0, 0, 1)}'),
        ('not processed yet', NULL)`);
      const search = `SELECT text FROM requests ORDER BY embedding_vector <=> '${embeddingOf(2, 0, 0)}' LIMIT 3`;
      assert.deepEqual(await values(database, search), ['ferries', 'boats', 'taxes']);
      await database.exec('SET enable_seqscan = off');
      assert.match(
        (await values(database, `EXPLAIN (COSTS off) ${search}`)).join('\n'),
        /requests_embedding_vector_idx/,
      );
      assert.deepEqual(await values(database, search), ['ferries', 'boats', 'taxes']);
      await assert.rejects(
        database.exec("UPDATE requests SET embedding_vector = '[1, 2, 3]'"),
        /expected 1536 dimensions/,
      );
    }));

  test('runs twice with the effect of once, and is rolled back with the extension that it created', () =>
    withVector(async (database) => {
      await database.exec(bodySql(embedding));
      await database.exec(bodySql(embedding));
      assert.deepEqual(await values(database, HAS_COLUMN), ['vector(1536)']);
      await database.exec(rollbackSql(embedding));
      assert.deepEqual(await values(database, HAS_COLUMN), []);
      assert.deepEqual(await values(database, HAS_EXTENSION), [0]);
      await database.exec(bodySql(embedding));
      assert.deepEqual(await values(database, HAS_COLUMN), ['vector(1536)']);
    }));

  test('leaves the extension to those who had it before or use it since', () =>
    withVector(async (database) => {
      await database.exec('CREATE EXTENSION vector');
      await database.exec(bodySql(embedding));
      await database.exec(rollbackSql(embedding));
      assert.deepEqual(await values(database, HAS_EXTENSION), [1]);

      await database.exec('DROP EXTENSION vector');
      await database.exec(bodySql(embedding));
      await database.exec('CREATE TABLE people (face vector(3))');
      await database.exec(rollbackSql(embedding));
      assert.deepEqual(await values(database, HAS_COLUMN), []);
      assert.deepEqual(await values(database, HAS_EXTENSION), [1]);
    }));

  test('is left alone by the mending of older installations', () =>
    withVector(async (database) => {
      await database.exec(bodySql(embedding));
      for (const one of plainMigrations) if (one.version > VECTOR) await database.exec(bodySql(one));
      assert.deepEqual(await values(database, HAS_COLUMN), ['vector(1536)']);
      assert.deepEqual(await values(database, "SELECT to_regclass('requests_embedding_vector_idx') IS NOT NULL"), [
        true,
      ]);
    }));

  test('is part of a new installation from init-complete.sql', async () => {
    const database = await PGlite.create({ extensions: { vector } });
    try {
      await database.exec(completeSchema());
      assert.deepEqual(await values(database, HAS_COLUMN), ['vector(1536)']);
      const before = await values(database, DESCRIBED);
      await database.exec(bodySql(embedding));
      assert.deepEqual(await values(database, DESCRIBED), before);
      await database.exec(rollbackSql(embedding));
      assert.deepEqual(await values(database, HAS_EXTENSION), [0]);
    } finally {
      await database.close();
    }
  });
});
