import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalProperties, canonicalSnapshot } from '../../src/catalog/canonical.ts';
import { compareSchemas } from '../../src/catalog/compare.ts';
import { definitionsIn } from '../../src/catalog/definitions.ts';
import type { SchemaObject, Snapshot } from '../../src/catalog/snapshot.ts';

const object = (type: SchemaObject['type'], identity: string[], properties = {}): SchemaObject => ({
  type,
  identity,
  properties: canonicalProperties(properties),
});

function snapshot(...objects: readonly SchemaObject[]): Snapshot {
  return canonicalSnapshot({ major: 18, owners: true, privileges: true, notChecked: [], objects });
}

/** Of each change its parts with their definitions, as one text. */
function definitions(a: Snapshot, b: Snapshot, included = { owners: false, privileges: false }): string {
  const of = definitionsIn(a, b);
  return JSON.stringify(compareSchemas(a, b, included).changes.map((change) => [change.kind, change.type, of(change)]));
}

const column = (more: object) => object('column', ['public', 't', 'a'], { type: 'text', position: 1, ...more });

test('a definition is all of the object, but for its place, its owner and its grants', () => {
  const [a, b] = [snapshot(column({})), snapshot(column({ default: '1' }))];
  const known = definitions(a, b);
  assert.match(known, /"part":"definition"/);
  assert.equal(definitions(snapshot(column({ owner: 'x' })), snapshot(column({ default: '1', position: 7 }))), known);
  assert.notEqual(definitions(a, snapshot(column({ default: '2' }))), known);
  assert.notEqual(
    definitions(snapshot(column({ type: 'date' })), snapshot(column({ type: 'date', default: '1' }))),
    known,
  );
});

test('owner and grants are parts of their own, where they are compared and differ', () => {
  const [a, b] = [snapshot(column({ owner: 'ada' })), snapshot(column({ owner: 'bob', default: '1' }))];
  const whole = definitions(a, b, { owners: true, privileges: true });
  assert.match(whole, /"part":"definition".*"part":"owner"/);
  assert.doesNotMatch(whole, /"part":"privileges"/);
  assert.doesNotMatch(definitions(a, b), /owner/);
});

test('what is not there has no definition', () => {
  const added = definitions(snapshot(), snapshot(column({})));
  assert.match(added, /"before":"","after":"\[/);
});

test('a constraint is defined by its index, too', () => {
  const key = object('constraint', ['public', 't', 'k'], { definition: 'UNIQUE (a)' });
  const index = (more: object) => object('index', ['public', 't', 'k'], { 'of a constraint': true, ...more });
  const one = definitions(snapshot(), snapshot(key, index({})));
  assert.equal(JSON.parse(one).length, 1);
  assert.notEqual(definitions(snapshot(), snapshot(key, index({ options: ['fillfactor=50'] }))), one);
});

test('the order of attributes is a change of its own', () => {
  const type = object('composite type', ['public', 'pair']);
  const attribute = (name: string, position: number) =>
    object('attribute', ['public', 'pair', name], { type: 'text', position });
  const [a, b] = [
    snapshot(type, attribute('a', 1), attribute('b', 2)),
    snapshot(type, attribute('a', 2), attribute('b', 1)),
  ];
  assert.match(definitions(a, b), /order of attributes.*\[\\"a\\",\\"b\\"\]/);
  assert.notEqual(definitions(a, b), definitions(b, a));
});
