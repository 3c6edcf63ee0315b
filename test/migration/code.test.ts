import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFileName } from '../../src/migration/filename.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { Problem } from '../../src/problem/problem.ts';

function parse(text: string, file = 'm/004_embed.ts') {
  return parseMigration({ file, stem: '004_embed', bytes: Buffer.from(text) });
}

const HEAD = `// Fill requests.embedding
// Kind: data
// Batch: app.requests by id
// Columns: title, "Body"
// Writes: embedding
// Where: embedding IS NULL
`;

const FULL = `${HEAD}// Chunk: 50
// Concurrency: 4
// Rate: 600/min
// Retries: 3
// Call-Timeout: 5s
import type { DataBatch } from 'taskflow-db';

// A remark: nobody reads it.
export const batch: DataBatch = async (rows) => {
  return rows.map(({ id }) => ({ id, embedding: '[1]' })); // :batch
};

// VERIFY:
// SELECT count(*) = 0 FROM app.requests WHERE embedding IS NULL;

// ROLLBACK:
// UPDATE app.requests SET embedding = NULL WHERE :batch;
`;

function problemOf(text: string, file?: string): Problem {
  try {
    parse(text, file);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return assert.fail('it was read');
}

test('code is read by its comments: headers in front, sections behind, and what it does to the rows as SQL', () => {
  const found = parse(FULL);
  assert.equal(found.description, 'Fill requests.embedding');
  assert.deepEqual(found.data, {
    target: { table: { schema: 'app', name: 'requests' }, key: ['id'] },
    back: { table: { schema: 'app', name: 'requests' }, key: ['id'] },
    targetMs: undefined,
    pause: undefined,
    where: 'embedding IS NULL',
    background: false,
    keep: undefined,
    code: {
      language: 'ts',
      columns: ['title', 'Body'],
      writes: ['embedding'],
      chunk: 50,
      concurrency: 4,
      perSecond: 10,
      retries: 3,
      callTimeoutMs: 5000,
    },
  });
  assert.deepEqual(
    found.statements.map(({ sql, line }) => [sql, line]),
    [
      ['SELECT t."title", t."Body" FROM "app"."requests" AS t WHERE (embedding IS NULL) AND (true)  ', 5],
      ['UPDATE "app"."requests" AS t SET "embedding" = t."embedding" WHERE (embedding IS NULL) AND (true)  ', 5],
    ],
  );
  assert.equal(found.verify.length, 1);
  assert.ok(found.rollback.kind === 'sql');
  assert.equal(found.rollback.sql, 'UPDATE app.requests SET embedding = NULL WHERE :batch;');
  assert.equal(found.text, FULL);
});

test('the checksum of the body is that of the code: headers and sections may change', () => {
  const { bodyChecksum } = parse(FULL);
  assert.equal(parse(FULL.replace('Chunk: 50', 'Chunk: 60')).bodyChecksum, bodyChecksum);
  assert.notEqual(parse(FULL.replace("'[1]'", "'[2]'")).bodyChecksum, bodyChecksum);
});

test('JavaScript is read in the same way, and so is what was stored of a file that is gone', () => {
  assert.equal(parse(FULL, 'm/004_embed.mjs').data?.code?.language, 'mjs');
  assert.equal(parse(FULL, 'the SQL stored for 004_embed').data?.code?.writes[0], 'embedding');
});

const CODE = 'export async function batch(rows) { return []; }\n';

test('what is wrong with a file of code is said at its place', () => {
  const of = (text: string) => {
    const { code, message, fields } = problemOf(text);
    return [code, message, fields.where?.line, fields.where?.lineText];
  };
  assert.deepEqual(of(HEAD.replace('// Kind: data\n', '') + CODE), [
    'data-invalid',
    'a file of code does not say that it is a data migration',
    1,
    '// Fill requests.embedding',
  ]);
  assert.equal(
    of(HEAD.replace('// Writes: embedding\n', '') + CODE)[1],
    'the file does not say which columns it writes',
  );
  assert.equal(of(HEAD.replace(/\/\/ Batch.*\n/, '') + CODE)[1], 'the file does not say which table it goes through');
  assert.deepEqual(of(`${HEAD}// Rate: many\n${CODE}`), [
    'header-invalid',
    'the header Rate is not right',
    7,
    '// Rate: many',
  ]);
  assert.deepEqual(of(`${HEAD}const a = 1;\n`), [
    'data-invalid',
    'the code does not export a function batch',
    7,
    'const a = 1;',
  ]);
  assert.deepEqual(of(HEAD).slice(0, 2), ['file-empty', 'm/004_embed.ts has no code to run']);
  assert.deepEqual(
    of(`${HEAD}let a;\n// Columns: x\n${CODE}`)[1],
    'headers are read only before the first line of code',
  );
  assert.deepEqual(of(`${HEAD}let a;\n// ROLLBACK:\n${CODE}`)[1], 'a section stands behind the last line of code');
});

test('a header of code is a plain word in SQL', () => {
  const text = '-- Columns: the old ones\n-- Rate: high\nSELECT 1;\n-- ROLLBACK:\n-- SELECT 1;\n';
  assert.equal(parse(text, 'm/004_embed.sql').description, 'Columns: the old ones');
});

test('the name of a file of code ends in .ts or .mjs', () => {
  for (const name of ['004_embed.ts', '004_embed.mjs']) assert.ok(!(parseFileName(name) instanceof Problem), name);
  for (const name of ['004_embed.js', '004_embed.d.ts', '004_embed.cts'])
    assert.ok(parseFileName(name) instanceof Problem, name);
});
