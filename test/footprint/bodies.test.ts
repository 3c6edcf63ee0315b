/** Which migrations stand on which by what stands in the bodies of functions and DO blocks, and in their parameters. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DECLARATIONS, head, MOOD, PARAMETERS, plpgsql, T } from './body-cases.ts';
import { edgesOf, footprints } from './edges-of.ts';

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
