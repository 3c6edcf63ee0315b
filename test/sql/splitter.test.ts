import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../src/problem/problem.ts';
import { StreamSplitter, splitScript } from '../../src/sql/splitter.ts';
import type { SqlProblem } from '../../src/sql/sql-problem.ts';

function statements(text: string): string[] {
  return [...splitScript(text)].flatMap((item) =>
    item.kind === 'statement' ? [text.slice(item.start, item.end)] : [],
  );
}

function problemOf(text: string): Problem {
  try {
    [...splitScript(text)];
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`nothing is wrong with ${text}`);
}

function place(problem: Problem): string {
  return `${problem.code} ${problem.fields.where?.line}:${problem.fields.where?.column}`;
}

test('a statement knows its line and column in characters, also after an emoji on its line', () => {
  const found = [...splitScript("SELECT '😀'; SELECT 2;\n\n  SELECT 3")];
  assert.deepEqual(
    found.map(({ line, column }) => [line, column]),
    [
      [1, 1],
      [1, 13],
      [3, 3],
    ],
  );
});

test('words are the leading tokens, upper-cased unless quoted, comments left out', () => {
  const [item] = [...splitScript(`create /* x */ table "Begin" (a int default 'x', b ı, c int, d int)`)];
  assert.ok(item?.kind === 'statement');
  assert.deepEqual(item.words, ['CREATE', 'TABLE', '"Begin"', '(', 'A', 'INT', 'DEFAULT', "''", ',', 'B', 'ı', ',']);
});

// The server takes a comment between the parts of a string (tried on 15); libpg-query's changed scanner does not, so
// the corpus that is compared with it has none.
test('a string goes on after a line break, also with comments before it', () => {
  assert.deepEqual(statements("SELECT 'a' -- it's; one\n  -- two ;\n 'b;c'; SELECT 2"), [
    "SELECT 'a' -- it's; one\n  -- two ;\n 'b;c'",
    'SELECT 2',
  ]);
});

test('a string that goes on stays in the mode it began in', () => {
  assert.deepEqual(statements("SELECT E'a'\n-- c\n'\\';'; SELECT 'a'\n'\\'; SELECT 3"), [
    "SELECT E'a'\n-- c\n'\\';'",
    "SELECT 'a'\n'\\'",
    'SELECT 3',
  ]);
});

test('comments after a last statement without ; are outside it, those within are told with it', () => {
  const items = [...splitScript('SELECT /* in */ 1 -- after\n-- last')];
  assert.deepEqual(
    items.map((item) => item.kind),
    ['statement', 'comment', 'comment'],
  );
  assert.ok(items[0]?.kind === 'statement');
  assert.equal(items[0].comments.length, 1);
});

test('nothing is left of empty statements and blanks', () => {
  assert.deepEqual([...splitScript(' ;;\n; \t;')], []);
});

const UNCLOSED: [string, string, string][] = [
  ["SELECT 1;\nSELECT 'abc;\n", '2:8', "a string that begins with '"],
  ["SELECT E'abc\\'", '1:8', 'a string'],
  ['SELECT "abc', '1:8', 'a quoted name'],
  ['SELECT 1 /* /* */', '1:10', 'a comment'],
  ['DO $body$ BEGIN END $bod$', '1:4', '$body$'],
  ['SELECT (1, (2)', '1:8', 'a parenthesis'],
  ['INSERT INTO t VALUES (1, 2;\nSELECT 2;', '1:22', 'a parenthesis'],
  ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;', '1:39', 'BEGIN ATOMIC'],
  ['CREATE RULE r AS ON INSERT TO t DO (SELECT f(1; SELECT 2);', '1:36', 'a parenthesis'],
];
for (const [text, at, what] of UNCLOSED) {
  test(`what is never closed is named where it begins: ${JSON.stringify(text)}`, () => {
    const problem = problemOf(text);
    assert.equal(place(problem), `sql-lexical ${at}`);
    assert.ok(problem.message.includes(what), problem.message);
  });
}

test('a closing parenthesis too many is named', () => {
  assert.equal(place(problemOf('SELECT 1;\nSELECT (1));')), 'sql-lexical 2:11');
});

test('a NUL character is named, in strings and comments too', () => {
  assert.equal(place(problemOf("SELECT 1;\n-- a\0\nSELECT 'x';")), 'sql-lexical 2:5');
});

function copy(text: string) {
  const items = [...splitScript(text)];
  const item = items.find((one) => one.kind === 'copy');
  assert.ok(item?.kind === 'copy');
  return {
    sql: text.slice(item.start, item.end),
    data: text.slice(item.data.start, item.data.end),
    after: items.length - 1,
  };
}

test('the rows of COPY FROM STDIN are data up to the line \\.', () => {
  const text = 'COPY s."T" (a, "from") FROM STDIN WITH (FORMAT csv) ;  \n1,\';\n\\.x\n--\n\\.\nSELECT 1;';
  assert.deepEqual(copy(text), {
    sql: 'COPY s."T" (a, "from") FROM STDIN WITH (FORMAT csv)',
    data: "1,';\n\\.x\n--\n",
    after: 1,
  });
});

test('COPY may have no rows, and its end may end the file', () => {
  assert.equal(copy('copy t from stdout;\n\\.').data, '');
  assert.equal(copy('copy t from stdin;\r\n1\r\n\\.\r\nSELECT 1').data, '1\r\n');
});

test('COPY that does not read from the client is an ordinary statement', () => {
  const text =
    "COPY t FROM '/f' WHERE a IS DISTINCT FROM stdin; COPY (SELECT 1 FROM stdin) TO STDOUT; COPY t FROM PROGRAM 'x'";
  assert.equal(statements(text).length, 3);
});

test('COPY whose rows are not complete says what was expected', () => {
  for (const [text, at, expected] of [
    ['COPY t FROM STDIN; 1\n\\.\n', '1:20', 'next line'],
    ['COPY t FROM STDIN;\n1\n2\n', '4:1', 'line \\.'],
    ['SELECT 1;\nCOPY t FROM STDIN', '2:1', ';'],
  ] as const) {
    const problem = problemOf(text);
    assert.equal(place(problem), `sql-lexical ${at}`);
    assert.ok(problem.fields.expected?.includes(expected), problem.fields.expected);
  }
});

test('commands of psql that only print are left out, and told', () => {
  const text = [
    '\\restrict xYz',
    '\\set ON_ERROR_STOP on',
    '\\set ECHO all',
    '  \\echo some; text',
    "\\echo 'a\\tb;'",
    '\\warn x',
    '\\encoding UTF8',
    'SELECT 1; \\qecho y',
    '\\pset pager off',
    '\\unrestrict xYz',
  ].join('\n');
  const items = [...splitScript(text)];
  assert.deepEqual(
    items.flatMap((item) => (item.kind === 'psql' ? [item.command] : [])),
    ['\\restrict', '\\set', '\\set', '\\echo', '\\echo', '\\warn', '\\encoding', '\\qecho', '\\pset', '\\unrestrict'],
  );
  assert.deepEqual(statements(text), ['SELECT 1']);
});

const REFUSED: [string, string, RegExp][] = [
  ['\\connect other', '\\connect', /one database/],
  ['\\i other.sql', '\\i', /into this one/],
  ['\\ir other.sql', '\\ir', /into this one/],
  ['\\copy t FROM f', '\\copy', /COPY \.\.\. FROM STDIN/],
  ['\\if :x', '\\if', /DO block/],
  ['\\set x 1', '\\set', /not replaced/],
  ['\\set ON_ERROR_STOP off', '\\set', /not replaced/],
  ['\\encoding LATIN1', '\\encoding', /UTF-8/],
  ['\\! ls', '\\!', /programs/],
  ['\\q', '\\q', /stop reading/],
  ['\\.', '\\.', /no such COPY/],
  ['\\d t', '\\d', /remove the line/],
  ['\\echo a \\i b', '\\echo', /line of its own/],
  ['SELECT 1 \\gset', '\\gset', /compute in SQL/],
  ['SELECT 1 \\; SELECT 2', '\\;', /without the backslash/],
  ['SELECT\n\\echo x\n1;', '\\echo', /out of the statement/],
];
for (const [text, command, instead] of REFUSED) {
  test(`psql's ${JSON.stringify(text)} is refused by name, with what to do instead`, () => {
    const problem = problemOf(text);
    assert.equal(problem.code, 'psql-command');
    assert.equal(problem.fields.found, command);
    assert.match(problem.fields.next?.join(' ') ?? '', instead);
  });
}

test('every refused command of a script is reported where that is asked for', () => {
  const problems: SqlProblem[] = [];
  const items = [...splitScript('\\i a\nSELECT 1;\n\\gexec\n', (problem) => problems.push(problem))];
  assert.deepEqual(
    problems.map((problem) => problem.fields.where?.line),
    [1, 3],
  );
  assert.equal(items.length, 1);
});

test('psql variables are not replaced', () => {
  assert.deepEqual(statements(`SELECT :x, :'y', :"z"; SELECT a[1:b]`), [`SELECT :x, :'y', :"z"`, 'SELECT a[1:b]']);
});

test('a stream reads CRLF as LF and keeps places, wherever the pieces end', () => {
  const text = "-- 😀\r\nSELECT '😀',\r\n 2;\r\nSELECT 3";
  const splitter = new StreamSplitter(undefined, 1);
  const found = text.split('').flatMap((unit) => [...splitter.push(unit)]);
  found.push(...splitter.end());
  assert.deepEqual(
    found.map((part) => [part.kind, 'line' in part && part.line, part.text]),
    [
      ['comment', 1, '-- 😀'],
      ['statement', 2, "SELECT '😀',\n 2"],
      ['statement', 4, 'SELECT 3'],
    ],
  );
});

test('a stream hands out the rows of COPY before they are complete', () => {
  const splitter = new StreamSplitter(undefined, 1);
  const first = [...splitter.push('COPY t FROM STDIN;\n1\n2\n3')];
  assert.deepEqual(
    first.map((part) => [part.kind, part.text]),
    [
      ['copy-begin', 'COPY t FROM STDIN'],
      ['copy-data', '1\n2\n'],
    ],
  );
  const rest = [...splitter.push('\n\\.\n'), ...splitter.end()];
  assert.deepEqual(
    rest.map((part) => part.kind),
    ['copy-data', 'copy-end'],
  );
});
