/** What stands in the bodies of functions and DO blocks, and in their parameters: files, and the edges that are expected. */
type Case = readonly [what: string, files: readonly string[], edges: readonly string[]];

export const T = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';
export const MOOD = "CREATE TYPE mood AS ENUM ('ok');";

/** A function with this in front of its BEGIN, and this in it. */
export function plpgsql(declarations: string, body = 'NULL;'): string {
  return `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nDECLARE\n  ${declarations}\nBEGIN\n  ${body}\nEND $$;`;
}

export const DECLARATIONS: readonly Case[] = [
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
export function head(text: string, body = 'BEGIN RETURN; END'): string {
  return `CREATE FUNCTION f${text} LANGUAGE plpgsql AS $$ ${body} $$;`;
}

const C = 'ALTER TABLE t ADD c int;';
const ON_C = ['2 uses table t < 1', '3 uses column c of t < 2'];

export const PARAMETERS: readonly Case[] = [
  ['the type of a column', [T, C, head('(v t.c%TYPE) RETURNS void')], ON_C],
  ['RETURNS', [T, C, head('() RETURNS t.c%TYPE', 'BEGIN RETURN 1; END')], ON_C],
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
