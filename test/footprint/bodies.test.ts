/** Which migrations stand on which by what stands in the bodies of functions and DO blocks, and in their parameters. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesOf, footprints } from './edges-of.ts';

/** Files, and the edges that are expected. */
type Case = readonly [what: string, files: readonly string[], edges: readonly string[]];

const T = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';
const MOOD = "CREATE TYPE mood AS ENUM ('ok');";

/** A function with this in front of its BEGIN, and this in it. */
function plpgsql(declarations: string, body = 'NULL;'): string {
  return `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nDECLARE\n  ${declarations}\nBEGIN\n  ${body}\nEND $$;`;
}

const DECLARATIONS: readonly Case[] = [
  ['a type', [MOOD, plpgsql("m mood := 'ok';")], ['2 uses type mood < 1']],
  [
    'a constant of an array',
    [MOOD, plpgsql('m CONSTANT public.mood[] NOT NULL DEFAULT ARRAY[1];')],
    ['2 uses type mood < 1'],
  ],
  ['a row', [T, plpgsql('r t%ROWTYPE;')], ['2 uses table t < 1']],
  [
    'fields of a row, which do not make the body unreadable',
    [T, 'ALTER TABLE t ADD c int;', plpgsql('r t%ROWTYPE;', 'r.c := 1;')],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  [
    'a column',
    [T, 'ALTER TABLE t ADD c int;', plpgsql('v t.c%TYPE;', 'v := 1;')],
    ['2 uses table t < 1', '3 uses column c of t < 2'],
  ],
  ['another variable', [T, plpgsql('id int;\n  v id%TYPE;')], []],
  ['a query as default', [T, plpgsql('n int := (SELECT max(a) FROM t);')], ['2 uses table t < 1']],
  [
    'a function as default of what has no type that the parser knows',
    ['CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$SELECT 1$$;', MOOD, plpgsql('m mood := g();')],
    ['3 uses type mood < 2', '3 uses function g < 1'],
  ],
  ['a cursor', [T, plpgsql('c CURSOR FOR SELECT a FROM t;')], ['2 uses table t < 1']],
  [
    'a cursor with parameters',
    [T, plpgsql('c NO SCROLL CURSOR (k int) IS SELECT a FROM t WHERE id = k;')],
    ['2 uses table t < 1'],
  ],
  [
    'a block in a block',
    [T, plpgsql('n int;', 'DECLARE\n    r t%ROWTYPE;\n  BEGIN\n    r.a := 1;\n  END;')],
    ['2 uses table t < 1'],
  ],
  [
    'a DO block',
    [T, 'ALTER TABLE t ADD c int;', 'DO $$ DECLARE v t.c%TYPE; r t%ROWTYPE; BEGIN r.a := 1; END $$;'],
    ['2 uses table t < 1', '3 uses column c of t < 2', '3 uses table t < 1'],
  ],
];

/** A function whose head says this. */
function head(text: string, body = 'BEGIN RETURN; END'): string {
  return `CREATE FUNCTION f${text} LANGUAGE plpgsql AS $$ ${body} $$;`;
}

const C = 'ALTER TABLE t ADD c int;';
const ON_C = ['2 uses table t < 1', '3 uses column c of t < 2'];

const PARAMETERS: readonly Case[] = [
  ['the type of a column', [T, C, head('(v t.c%TYPE) RETURNS void')], ON_C],
  ['RETURNS', [T, C, head('() RETURNS t.c%TYPE')], ON_C],
  ['SETOF', [T, C, head('() RETURNS SETOF public.t.c%TYPE')], ON_C],
  ['RETURNS TABLE', [T, C, head('() RETURNS TABLE (x t.c%TYPE, y int)')], ON_C],
  ['a row', [T, head('(r t) RETURNS void')], ['2 uses table t < 1']],
  [
    'a field of a row',
    [T, C, head('(r t) RETURNS int', 'BEGIN RETURN r.c; END')],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  [
    'a field of a row in SQL',
    [T, C, "CREATE FUNCTION f(r t) RETURNS int LANGUAGE sql AS 'SELECT r.c';"],
    ['2 uses table t < 1', '3 uses table t < 1', '3 uses column c of t < 2'],
  ],
  ['rows that are returned', [T, head('() RETURNS SETOF t')], ['2 uses table t < 1']],
];

for (const [title, cases] of Object.entries({ declarations: DECLARATIONS, parameters: PARAMETERS }))
  describe(title, () => {
    for (const [what, files, edges] of cases)
      test(what, async () => {
        assert.deepEqual(await edgesOf(...files), edges);
        assert.deepEqual(
          (await footprints(files)).flatMap(({ unknown }) => unknown),
          [],
        );
      });
  });

test('a body that an array of a type of people hid from the parser is read', async () => {
  const found = await footprints([MOOD, head('(INOUT m mood[])', 'BEGIN m[1] := (SELECT 1); END')]);
  assert.deepEqual(found[1]?.unknown, []);
});

test('places are those of the text', async () => {
  const [, second] = await footprints([
    T,
    plpgsql('n int;\n  r t%ROWTYPE;', 'n := 1;\n  n :=\n    (SELECT a\n    FROM t);'),
  ]);
  const lines = second?.accesses.flatMap(({ object, line }) =>
    object.length === 2 && object[1]?.name === 't' ? [line] : [],
  );
  assert.deepEqual(lines, [4]);
  const column = second?.accesses.find(({ object }) => object.at(-1)?.name === 'a');
  assert.equal(column?.line, 8);
});

test('what BEGIN ATOMIC reads is needed when the function is made, a text when it runs', async () => {
  const [, atomic, text] = await footprints([
    T,
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;',
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT a FROM t';",
  ]);
  const late = (one: typeof atomic) =>
    one?.accesses.filter(({ object }) => object[1]?.name === 't').map((access) => access.late);
  assert.deepEqual(new Set(late(atomic)), new Set([undefined]));
  assert.deepEqual(new Set(late(text)), new Set([true]));
});
