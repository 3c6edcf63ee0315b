/** Files over 32 MB: the same promises as for small ones, in memory that does not grow with them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LARGE_FILE_BYTES } from '../../src/files/large-file.ts';
import { type DatabaseWorkplace, type Finished, withCli } from '../support/cli.ts';
import { atGate, closeGate, GATE, openGate } from './gate.ts';
import { memoryOf, PADDING_LINES, padding, writeLarge } from './large-file-bed.ts';

const MEMORY_MB_MAX = 400;
const ROWS = 200_000;

/** Rows with everything that COPY escapes, and a text long enough that the file is over the limit. */
function* copyRows(): Generator<string> {
  for (let i = 0; i < ROWS; i += 1000) {
    yield Array.from({ length: 1000 }, (_, k) => `${i + k}\tä 🎉 \\\\ ; -- \\t\\n '$$' ${'é'.repeat(80)}\n`).join('');
  }
}

function* everything(): Generator<string> {
  yield '-- All in one\n-- Author: Ada\nBEGIN;\nCREATE TABLE big (i int, line text);\n';
  yield "INSERT INTO big VALUES (-1, 'first; 🎉'), (-2, E'it\\'s');\n";
  yield 'COPY big (i, line) FROM stdin;\n';
  yield* copyRows();
  yield '\\.\n';
  for (let i = 0; i < 2000; i++) yield `INSERT INTO big VALUES (${ROWS + i}, $t$-- ROLLBACK:\n$t$);\n`;
  yield 'CREATE VIEW last AS SELECT max(i) FROM big;\nCOMMIT;\n';
  yield `\n-- VERIFY:\n-- SELECT count(*) = ${ROWS + 2002} FROM big;\n`;
  yield '\n-- ROLLBACK:\n-- DROP VIEW last;\n-- DROP TABLE big;\n';
}

const crlf = function* (parts: Iterable<string>): Generator<string> {
  for (const part of parts) yield part.replaceAll('\n', '\r\n');
};

const file = (at: DatabaseWorkplace) => join(at.folder, 'm/001_big.sql');

async function withLarge(
  major: number,
  parts: () => Iterable<string>,
  body: (at: DatabaseWorkplace) => Promise<void>,
): Promise<void> {
  await withCli(major, { 'm/.keep': '' }, async (at) => {
    writeLarge(file(at), parts());
    assert.ok(statSync(file(at)).size > LARGE_FILE_BYTES);
    await body(at);
  });
}

for (const [major, lines, way] of [
  [14, 'CRLF', crlf],
  [18, 'LF', (parts: Iterable<string>) => parts],
] as const) {
  test(`PostgreSQL ${major}, ${lines}: INSERT, COPY, VERIFY, ROLLBACK, BEGIN and COMMIT around it, in bounded memory`, () =>
    withLarge(
      major,
      () => way(everything()),
      async (at) => {
        const memory = memoryOf(at);
        const run = await at.run(['migrate', '--json'], { env: memory.env });
        assert.equal(run.exit, 0, run.output);
        assert.ok(memory.read() < MEMORY_MB_MAX, `${memory.read()} MB`);
        await assertLoaded(at);
        await assertRecorded(at);
        await assertLeftInPeace(at);
        const back = await at.run(['rollback', '--yes'], { env: memory.env });
        assert.equal(back.exit, 0, back.output);
        assert.ok(memory.read() < MEMORY_MB_MAX, `${memory.read()} MB`);
        assert.deepEqual(await at.database.sql("SELECT to_regclass('big'), to_regclass('last')"), [[null, null]]);
      },
    ));
}

async function assertLoaded(at: DatabaseWorkplace): Promise<void> {
  const counts = await at.database.sql(`SELECT count(*), count(DISTINCT i), (TABLE last) FROM big`);
  assert.deepEqual(counts, [[String(ROWS + 2002), String(ROWS + 2002), String(ROWS + 1999)]]);
  const lines = await at.database.sql(
    `SELECT i, line FROM big WHERE i IN (-1, -2, 0, ${ROWS - 1}, ${ROWS}) ORDER BY i`,
  );
  const copied = `ä 🎉 \\ ; -- \t\n '$$' ${'é'.repeat(80)}`;
  assert.deepEqual(
    lines.map(([i, line]) => [i, line?.replaceAll('\r\n', '\n')]),
    [
      ['-2', "it's"],
      ['-1', 'first; 🎉'],
      ['0', copied],
      [String(ROWS - 1), copied],
      [String(ROWS), '-- ROLLBACK:\n'],
    ],
  );
}

async function assertRecorded(at: DatabaseWorkplace): Promise<void> {
  const sum = execFileSync('sh', ['-c', `tr -d '\\r' <${file(at)} | sha256sum`])
    .toString()
    .slice(0, 64);
  const row = 'SELECT checksum, description, rollback_sql, body_sql IS NULL, success FROM schema_migrations';
  assert.deepEqual(await at.database.sql(row), [[sum, 'All in one', 'DROP VIEW last;\nDROP TABLE big;', 't', 't']]);
}

/** Neither a second run nor status reads the file as SQL: they take no more memory than over a small one. */
async function assertLeftInPeace(at: DatabaseWorkplace): Promise<void> {
  const memory = memoryOf(at);
  for (const command of ['migrate', 'status']) {
    const before = readFileSync(file(at)).length;
    const run = await at.run([command], { env: memory.env });
    assert.equal(run.exit, 0, run.output);
    assert.ok(memory.read() < 150, `${command}: ${memory.read()} MB`);
    assert.equal(before, readFileSync(file(at)).length);
  }
}

const place = (run: Finished) => {
  const { failed } = run.json<{
    failed: { file: string; line: number; column: number; sqlstate: string; statement: string };
  }>();
  return [failed.file, failed.line, failed.column, failed.sqlstate];
};

async function assertNothingDone(at: DatabaseWorkplace): Promise<void> {
  const tables =
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ '^schema_(migration|data_)'";
  assert.deepEqual(await at.database.sql(tables), []);
}

test('an error of syntax behind 32 MB, a name that is not there, a COPY that fails: each at its line', () =>
  withLarge(
    18,
    function* () {
      yield 'CREATE TABLE a (n int);\n';
      yield* padding();
      yield "SELECT 1,\n  '🎉', nothing FROM a;\n";
    },
    async (at) => {
      const run = await at.run(['migrate', '--json']);
      assert.equal(run.exit, 1, run.output);
      assert.deepEqual(place(run), ['m/001_big.sql', PADDING_LINES + 3, 8, '42703']);
      await assertNothingDone(at);
      const text = await at.run(['migrate']);
      assert.match(text.stderr, new RegExp(`m/001_big\\.sql:${PADDING_LINES + 3}:8\\b`));
      assert.match(text.stderr, /'🎉', nothing FROM a/);
      assert.match(text.stderr, /now: +Rolled back/);
      writeLarge(file(at), ['CREATE TABLE a (n int);\n', ...padding(), 'SELEC 1;\n']);
      assert.deepEqual(place(await at.run(['migrate', '--json'])), ['m/001_big.sql', PADDING_LINES + 2, 1, '42601']);
      writeLarge(file(at), ['CREATE TABLE a (n int);\n', ...padding(), 'COPY a FROM stdin;\n1\nx\n3\n\\.\n']);
      const copy = await at.run(['migrate']);
      assert.match(copy.stderr, new RegExp(`m/001_big\\.sql:${PADDING_LINES + 2}:1\\b`));
      assert.match(copy.stderr, /line 2, column n: "x"/);
      await assertNothingDone(at);
    },
  ));

for (const [what, before, refused, pattern] of [
  [
    'CREATE INDEX CONCURRENTLY',
    'CREATE TABLE a (n int);\n',
    'CREATE INDEX CONCURRENTLY i ON a (n);\n',
    /too large for a statement that cannot run in a transaction/,
  ],
  ['COMMIT in the middle', 'SELECT 1;\n', 'COMMIT;\nSELECT 1;\n', /COMMIT cannot stand in a migration/],
  ['a command of psql', 'SELECT 1;\n', '\\connect other\n', /\\connect/],
] as const) {
  test(`refused with its line, before anything runs: ${what}`, () =>
    withLarge(
      18,
      function* () {
        yield before;
        yield* padding();
        yield refused;
      },
      async (at) => {
        const run = await at.run(['migrate']);
        assert.equal(run.exit, 1, run.output);
        assert.match(run.said, pattern);
        const line = before.split('\n').length + PADDING_LINES;
        assert.match(run.stderr, new RegExp(`m/001_big\\.sql:${line}:`));
        assert.deepEqual(await at.database.sql("SELECT to_regclass('schema_migration_events')"), [[null]]);
        await assertNothingDone(at);
      },
    ));
}

test('Transaction: none is kept to, or refused: never is a statement left out', () =>
  withLarge(
    18,
    function* () {
      yield '-- Big\n-- Transaction: none\nCREATE TABLE a (n int);\n';
      yield* padding();
      yield 'INSERT INTO a VALUES (1);\n';
    },
    async (at) => {
      const run = await at.run(['migrate']);
      if (run.exit === 0) assert.deepEqual(await at.database.sql('SELECT n FROM a'), [['1']]);
      else assert.match(run.said, /Transaction: none/);
    },
  ));

const SLOW = { 'm/000_slow.sql': `${GATE};\n-- IRREVERSIBLE: test\n` };

for (const [what, change] of [
  ['changed', (path: string) => appendFileSync(path, 'INSERT INTO a VALUES (2);\n')],
  ['gone', (path: string) => rmSync(path)],
] as const) {
  test(`a file that is ${what} between reading and running: nothing of it stays, and it is said`, () =>
    withLarge(
      18,
      () => ['CREATE TABLE a (n int);\n', ...padding(), 'INSERT INTO a VALUES (1);\n'],
      async (at) => {
        at.write(SLOW);
        const started = performance.now();
        const { finished } = at.start(['migrate']);
        await atGate(at.database);
        const readOnceMs = performance.now() - started;
        change(file(at));
        await openGate(at.database);
        const begun = performance.now();
        const run = await finished;
        assert.equal(run.exit, 1, run.output);
        assert.match(
          run.said,
          what === 'gone'
            ? /m\/001_big\.sql.*(does not exist|ENOENT)/
            : /m\/001_big\.sql was changed while it was read/,
        );
        assert.doesNotMatch(run.said, /session was lost|connection was lost/);
        // It does not wait for a transaction that nobody ends, which takes 15 s: it reads once more, at this machine's pace.
        const tookMs = performance.now() - begun;
        assert.ok(tookMs < Math.max(14_000, 3 * readOnceMs), `${tookMs} ms, and ${readOnceMs} ms to read it`);
        await closeGate(at.database);
        await assertNothingDone(at);
        assert.deepEqual(await at.database.sql('SELECT version, success FROM schema_migrations ORDER BY version'), [
          ['000_slow', 't'],
          ['001_big', 'f'],
        ]);
      },
    ));
}

test('an applied file that is changed is refused, its checksums are named', () =>
  withLarge(
    18,
    () => ['CREATE TABLE a (n int);\n', ...padding()],
    async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      appendFileSync(file(at), '-- IRREVERSIBLE: yes\n');
      const run = await at.run(['migrate']);
      assert.equal(run.exit, 1, run.output);
      assert.match(run.said, /001_big was changed after it was applied/);
    },
  ));

if (process.env.TASKFLOW_TEST_LONG === '1') {
  test('300 MB take no more memory than 40', () =>
    withLarge(
      18,
      function* () {
        yield 'CREATE TABLE big (i int, line text);\nCOPY big FROM stdin;\n';
        for (let i = 0; i < 8; i++) yield* copyRows();
        yield '\\.\n';
        const insert = `INSERT INTO big VALUES (-1, '${'x'.repeat(200)}');\n`.repeat(1000);
        for (let i = 0; i < 80; i++) yield insert;
        yield '-- ROLLBACK:\n-- DROP TABLE big;\n';
      },
      async (at) => {
        assert.ok(statSync(file(at)).size > 300e6);
        const memory = memoryOf(at);
        const run = await at.run(['migrate'], { env: memory.env, timeoutMs: 600_000 });
        assert.equal(run.exit, 0, run.output);
        assert.ok(memory.read() < MEMORY_MB_MAX, `${memory.read()} MB`);
        assert.deepEqual(await at.database.sql('SELECT count(*) FROM big'), [[String(8 * ROWS + 80_000)]]);
      },
    ));
}
