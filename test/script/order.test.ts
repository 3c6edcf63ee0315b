import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inOrder } from '../../src/script/order.ts';
import { nodeKey, sideOf } from '../../src/script/side.ts';
import type { Step } from '../../src/script/step.ts';
import { object, schemaOf, statements, table, view } from './snapshots.ts';

const EMPTY = schemaOf();
const key = (name: string) => nodeKey('table', ['s', name]);

function step(name: string, more: Partial<Step> = {}): Step {
  return { lines: [], drops: new Set(), makes: new Set([key(name)]), rank: 6, name, late: false, ...more };
}

/** Tables that need each other by their names: `a: ['b']`. */
function sides(needs: Readonly<Record<string, readonly string[]>>) {
  const objects = Object.entries(needs).map(([name, list]) =>
    object(
      'table',
      ['s', name],
      {},
      list.map((other) => ['needs', 'table', 's', other]),
    ),
  );
  return sideOf(schemaOf(objects));
}

const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name);

describe('inOrder', () => {
  test('what is needed is made before what needs it, and else the lowest rank and name come first', () => {
    const after = sides({ a: ['c'], b: [], c: ['d'], d: [] });
    const steps = ['d', 'c', 'b', 'a'].map((name) => step(name));
    const ordered = inOrder([...steps, step('z', { rank: 1, makes: new Set() })], sideOf(EMPTY), after);
    assert.deepEqual([namesOf(ordered.steps), ordered.cycle], [['z', 'b', 'd', 'c', 'a'], []]);
  });

  test('what needs something is dropped before it', () => {
    const before = sides({ a: ['b'], b: ['c'], c: [] });
    const steps = ['c', 'b', 'a'].map((name) => step(name, { drops: new Set([key(name)]), makes: new Set() }));
    assert.deepEqual(namesOf(inOrder(steps, before, sideOf(EMPTY)).steps), ['a', 'b', 'c']);
  });

  test('what is long stands at the end, except before what needs it', () => {
    const after = sides({ a: [], b: [], c: ['a'] });
    const steps = [step('a', { late: true }), step('b'), step('c')];
    assert.deepEqual(namesOf(inOrder(steps, sideOf(EMPTY), after).steps), ['b', 'a', 'c']);
  });

  test('the other order is as good where it is asked for', () => {
    const after = sides({ a: [], b: [], c: ['b'] });
    const backwards = (one: Step, other: Step) => (one.name < other.name ? 1 : -1);
    const steps = ['a', 'b', 'c'].map((name) => step(name));
    assert.deepEqual(namesOf(inOrder(steps, sideOf(EMPTY), after, backwards).steps), ['b', 'c', 'a']);
  });

  test('of steps that wait for each other it tells the circle, without what only waits for that', () => {
    const after = sides({ a: ['b'], b: ['c'], c: ['b'], d: [] });
    const ordered = inOrder(
      ['a', 'b', 'c', 'd'].map((name) => step(name)),
      sideOf(EMPTY),
      after,
    );
    assert.deepEqual(namesOf(ordered.cycle).sort(), ['b', 'c']);
    assert.deepEqual([ordered.steps[0]?.name, ordered.steps.length], ['d', 4]);
  });

  test('a name is given up before something else gets it', () => {
    const before = sideOf(schemaOf(object('sequence', ['s', 'x'])));
    const after = sideOf(schemaOf(object('table', ['s', 'x'])));
    const drop = step('drop', { drops: new Set([nodeKey('sequence', ['s', 'x'])]), makes: new Set(), rank: 9 });
    assert.deepEqual(namesOf(inOrder([step('x'), drop], before, after).steps), ['drop', 'x']);
  });
});

describe('the order of a script', () => {
  test('a view stands behind the function and the table that it needs, and goes before them', () => {
    const routine = object('function', ['s', 'f'], { definition: 'CREATE FUNCTION s.f() RETURNS integer ...' });
    const full = schemaOf(
      table('t', { a: 'integer' }),
      routine,
      view('v', 'SELECT a FROM s.t', [
        ['needs', 'column', 's', 't', 'a'],
        ['needs', 'function', 's', 'f'],
      ]),
    );
    const order = (sql: readonly string[]) => sql.map((one) => /(TABLE|FUNCTION|VIEW)/.exec(one)?.[1]);
    assert.equal(order(statements(EMPTY, full)).at(-1), 'VIEW');
    assert.equal(order(statements(full, EMPTY))[0], 'VIEW');
  });

  test('tables that refer to each other get their foreign keys behind both', () => {
    const refer = (name: string, other: string) =>
      object('constraint', ['s', name, `${name}_fkey`], { definition: `FOREIGN KEY (a) REFERENCES s.${other}(a)` }, [
        ['needs', 'column', 's', name, 'a'],
        ['needs', 'column', 's', other, 'a'],
      ]);
    const made = statements(
      EMPTY,
      schemaOf(table('t', { a: 'integer' }), table('u', { a: 'integer' }), refer('t', 'u'), refer('u', 't')),
    );
    assert.deepEqual(
      made.map((sql) => /^(CREATE TABLE|ALTER TABLE) s\.(\w)/.exec(sql)?.slice(1).join(' ')),
      ['CREATE TABLE t', 'CREATE TABLE u', 'ALTER TABLE t', 'ALTER TABLE u'],
    );
  });
});
