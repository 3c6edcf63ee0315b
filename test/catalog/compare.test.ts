import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalProperties, canonicalSnapshot, snapshotText } from '../../src/catalog/canonical.ts';
import { compareSchemas } from '../../src/catalog/compare.ts';
import { parseSnapshot } from '../../src/catalog/parse.ts';
import type { SchemaObject, Snapshot } from '../../src/catalog/snapshot.ts';
import { Problem } from '../../src/problem/problem.ts';

const object = (type: SchemaObject['type'], identity: string[], properties = {}): SchemaObject => ({
  type,
  identity,
  properties: canonicalProperties(properties),
});

function snapshot(objects: readonly SchemaObject[], more: Partial<Snapshot> = {}): Snapshot {
  return canonicalSnapshot({ major: 18, owners: false, privileges: false, notChecked: [], objects, ...more });
}

const users = object('table', ['public', 'users']);
const column = (name: string, position: number, more = {}) =>
  object('column', ['public', 'users', name], { type: 'text', position, ...more });

const kinds = (a: Snapshot, b: Snapshot) =>
  compareSchemas(a, b).changes.map(({ kind, type, name }) => `${kind} ${type} ${name}`);

describe('canonical form', () => {
  test('properties that are absent or off are left out, sets are sorted, lists keep their order', () => {
    const properties = canonicalProperties({
      options: ['b=1', 'a=2'],
      labels: ['z', 'a'],
      strict: false,
      default: null,
      tables: [['s', 't', null, 'x > 1']],
    });
    assert.equal(
      JSON.stringify(properties),
      '{"labels":["z","a"],"options":["a=2","b=1"],"tables":[["s","t","x > 1"]]}',
    );
  });

  test('the order in which objects were read does not matter', () => {
    const objects = [users, column('b', 2), column('a', 1), object('schema', ['public'])];
    assert.equal(snapshotText(snapshot([...objects].reverse())), snapshotText(snapshot(objects)));
  });

  test('a text is read back as it was, whatever the names', () => {
    const odd = snapshot([object('table', ['a"b\n', '\u{1F989} . \\'], { comment: 'x\u2028y' })], {
      notChecked: [{ type: 'trigger', reason: 'no' }],
    });
    assert.deepEqual(parseSnapshot(snapshotText(odd), 'x'), odd);
  });

  const broken: readonly [text: string, says: RegExp][] = [
    ['[]', /the file is not an object/],
    ['{"format":1}', /"major"/],
    ['{"format":2}', /newer/],
    ['{"format":1,"major":18,"owners":false,"privileges":false,"notChecked":[],"objects":[{"type":"x"}]}', /object 1/],
    [
      snapshotText(snapshot([users])).replace(
        '\n]}',
        ',\n{"type":"table","identity":["public","users"],"properties":{}}]}',
      ),
      /stands in it twice/,
    ],
    [snapshotText(snapshot([users])).replace('{}', '{"x":null}'), /a property of no known form/],
  ];
  for (const [text, says] of broken)
    test(`refused: ${text.slice(0, 60).trim()}`, () =>
      assert.throws(
        () => parseSnapshot(text, 'file.json'),
        (error) => error instanceof Problem && error.code === 'snapshot-invalid' && says.test(error.message),
      ));
});

describe('compareSchemas', () => {
  test('equal schemas have no changes', () => {
    assert.deepEqual(compareSchemas(snapshot([users]), snapshot([users])), {
      equal: true,
      changes: [],
      notes: [],
      notChecked: [],
    });
  });

  test('a changed property is told before and after; one that is absent is null', () => {
    const before = snapshot([users, column('email', 1, { default: "'x'" })]);
    const after = snapshot([users, column('email', 1, { 'not null': true })]);
    assert.deepEqual(compareSchemas(before, after).changes[0]?.detail, {
      default: { before: "'x'", after: null },
      'not null': { before: null, after: true },
    });
  });

  test('what belongs to a table stands behind it, and kinds in the order of their making', () => {
    const all = [
      object('view', ['public', 'a']),
      object('function', ['public', 'f', 'integer', 'text']),
      column('id', 1),
      object('trigger', ['public', 'users', 'touch']),
      users,
      object('table', ['public', 'zoo']),
      object('column', ['public', 'a', 'x'], { type: 'text', position: 1 }),
      object('enum', ['public', 'e']),
      object('schema', ['s']),
    ];
    assert.deepEqual(kinds(snapshot([]), snapshot(all)), [
      'added schema s',
      'added enum public.e',
      'added table public.users',
      'added column public.users.id',
      'added trigger touch on public.users',
      'added table public.zoo',
      'added view public.a',
      'added column public.a.x',
      'added function public.f(integer, text)',
    ]);
  });

  test('the index of a constraint comes and goes with it', () => {
    const index = object('index', ['public', 'users', 'pk'], { definition: 'x', 'of a constraint': true });
    const constraint = object('constraint', ['public', 'users', 'pk'], { definition: 'PRIMARY KEY (id)' });
    assert.deepEqual(kinds(snapshot([users]), snapshot([users, index, constraint])), [
      'added constraint pk on public.users',
    ]);
    assert.deepEqual(kinds(snapshot([users]), snapshot([users, index])), ['added index public.pk']);
  });

  test('the order of columns is a note, and a new column in the middle is none', () => {
    const before = snapshot([users, column('a', 1), column('b', 2)]);
    const moved = compareSchemas(before, snapshot([users, column('b', 1), column('a', 2)]));
    assert.deepEqual(
      [moved.equal, moved.notes],
      [
        true,
        [{ type: 'table', identity: ['public', 'users'], name: 'public.users', before: ['a', 'b'], after: ['b', 'a'] }],
      ],
    );
    const added = compareSchemas(before, snapshot([users, column('a', 1), column('x', 2), column('b', 3)]));
    assert.deepEqual([added.changes.length, added.notes], [1, []]);
  });

  test('the order of attributes is a difference', () => {
    const type = object('composite type', ['public', 'p']);
    const attribute = (name: string, position: number) =>
      object('attribute', ['public', 'p', name], { type: 'text', position });
    const { changes } = compareSchemas(
      snapshot([type, attribute('x', 1), attribute('y', 2)]),
      snapshot([type, attribute('x', 2), attribute('y', 1)]),
    );
    assert.deepEqual(
      changes.map(({ type, detail }) => [type, detail]),
      [['composite type', { 'order of attributes': { before: ['x', 'y'], after: ['y', 'x'] } }]],
    );
  });

  test('what one side could not read is compared with nothing', () => {
    const trigger = object('trigger', ['public', 'users', 'touch']);
    const whole = snapshot([users, trigger, column('a', 1, { default: '1' })]);
    const part = snapshot([users, column('a', 1)], {
      notChecked: [
        { type: 'trigger', reason: 'denied' },
        { type: 'column', property: 'default', reason: 'denied' },
      ],
    });
    for (const [a, b] of [[whole, part] as const, [part, whole] as const]) {
      const { equal, notChecked } = compareSchemas(a, b);
      assert.deepEqual([equal, notChecked.length], [true, 2]);
    }
  });

  test('owners and privileges count only where they are wanted, and both sides must have them', () => {
    const owned = (owner: string) => snapshot([object('table', ['t'], { owner })], { owners: true });
    const not = { owners: false, privileges: false };
    assert.equal(compareSchemas(owned('a'), owned('b')).changes.length, 1);
    assert.equal(compareSchemas(owned('a'), owned('b'), not).equal, true);
    assert.throws(
      () => compareSchemas(owned('a'), snapshot([]), { owners: true, privileges: false }),
      /holds no owners/,
    );
  });

  test('other major versions are refused', () => {
    assert.throws(
      () => compareSchemas(snapshot([]), snapshot([], { major: 17 })),
      (error) => {
        return (
          error instanceof Problem &&
          error.code === 'snapshot-mismatch' &&
          /PostgreSQL 18; .*PostgreSQL 17/.test(error.fields.found ?? '')
        );
      },
    );
  });

  test('names with dots are not taken for others', () => {
    const found = kinds(snapshot([object('table', ['a', 'b.c'])]), snapshot([object('table', ['a.b', 'c'])]));
    assert.deepEqual(found, ['removed table a."b.c"', 'added table "a.b".c']);
  });
});
