import { Problem } from '../problem/problem.ts';
import { objectName } from './object-name.ts';
import { type ObjectType, parentTypes, RELATIONS, rankOf } from './object-types.ts';
import {
  compareIdentity,
  type Included,
  keyOf,
  type NotChecked,
  POSITION,
  type Properties,
  type SchemaObject,
  type Snapshot,
  type Value,
} from './snapshot.ts';

/** One property on both sides; null where it is absent. */
export interface PropertyChange {
  readonly before: Value | null;
  readonly after: Value | null;
}

export interface Change {
  /** `added`: only in the second schema; `removed`: only in the first. */
  readonly kind: 'added' | 'removed' | 'changed';
  readonly type: ObjectType;
  /** As people write it, for reading; `identity` is what tells objects apart. */
  readonly name: string;
  readonly identity: readonly string[];
  /** The name of what it belongs to: the table of a column. */
  readonly parent?: string;
  /** By property: those that differ; of what was added or removed, all. */
  readonly detail: Readonly<Record<string, PropertyChange>>;
}

/** What differs without being a difference: the columns of a table stand in another order. */
export interface OrderNote {
  readonly type: ObjectType;
  readonly name: string;
  readonly identity: readonly string[];
  /** Columns that both have, in the order of each. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Difference {
  readonly equal: boolean;
  /** In the order for people: by kind, what belongs to a table behind its table. */
  readonly changes: readonly Change[];
  readonly notes: readonly OrderNote[];
  /** What either side could not read, and nothing is known of therefore. */
  readonly notChecked: readonly NotChecked[];
}

/** Names of the two sides, for messages. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/**
 * What it takes to make `after` of `before`. Owners and privileges are compared where `included` says so, and must then be in
 * both. Problem `snapshot-mismatch` where the two cannot be compared: other major versions, or parts that one was saved without.
 */
export function compareSchemas(
  before: Snapshot,
  after: Snapshot,
  included: Included = { owners: before.owners, privileges: before.privileges },
  sides: Sides = { before: 'the first schema', after: 'the second schema' },
): Difference {
  refuseMismatch(before, after, included, sides);
  const notChecked = gapsOf(before, after);
  const wanted = filterOf(notChecked, included);
  const a = byKey(before.objects.filter(wanted.object));
  const b = byKey(after.objects.filter(wanted.object));
  const changes = [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    changeOf(a.get(key), b.get(key), wanted.property),
  );
  const orders = columnOrders(a, b);
  const all = sorted(withoutIndexesOfConstraints([...changes, ...orders.changes]), a, b);
  return { equal: all.length === 0, changes: all, notes: orders.notes, notChecked };
}

function refuseMismatch(before: Snapshot, after: Snapshot, included: Included, sides: Sides): void {
  if (before.major !== after.major) throw otherMajor(before, after, sides);
  for (const part of ['owners', 'privileges'] as const) {
    if (!included[part]) continue;
    const without = !before[part] ? sides.before : !after[part] ? sides.after : undefined;
    if (without === undefined) continue;
    throw new Problem('snapshot-mismatch', `the snapshot of ${without} holds no ${part}`, {
      next: [`Save it again, with --${part}.`, `Or compare without --${part}.`],
    });
  }
}

function otherMajor(before: Snapshot, after: Snapshot, sides: Sides): Problem {
  return new Problem(
    'snapshot-mismatch',
    'schemas of different major versions of PostgreSQL cannot be compared: each writes expressions in its own way',
    {
      found: `${sides.before}: PostgreSQL ${before.major}; ${sides.after}: PostgreSQL ${after.major}`,
      expected: 'the same major version on both sides',
      next: ['Load the older schema into a server of the newer version, and compare with that one.'],
    },
  );
}

function gapsOf(before: Snapshot, after: Snapshot): NotChecked[] {
  const gaps = new Map([...before.notChecked, ...after.notChecked].map((gap) => [JSON.stringify(gap), gap]));
  return [...gaps.values()];
}

interface Wanted {
  object(one: SchemaObject): boolean;
  property(type: ObjectType, name: string): boolean;
}

function filterOf(gaps: readonly NotChecked[], { owners, privileges }: Included): Wanted {
  const types = new Set(gaps.filter((gap) => gap.property === undefined).map((gap) => gap.type));
  const properties = new Set(gaps.map((gap) => `${gap.type} ${gap.property}`));
  return {
    object: ({ type }) => !types.has(type) && (privileges || type !== 'default privileges'),
    property: (type, name) =>
      name !== POSITION &&
      (owners || name !== 'owner') &&
      (privileges || !/^(revoked )?privileges$/.test(name)) &&
      !properties.has(`${type} ${name}`),
  };
}

function byKey(objects: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(objects.map((one) => [keyOf(one), one]));
}

function changeOf(
  before: SchemaObject | undefined,
  after: SchemaObject | undefined,
  wanted: Wanted['property'],
): Change[] {
  // Nearly all are the same on both sides, and told so at the least cost.
  if (before && after && JSON.stringify(before.properties) === JSON.stringify(after.properties)) return [];
  const either = (after ?? before)!;
  const { type, identity } = either;
  const detail = detailOf(type, before?.properties ?? {}, after?.properties ?? {}, wanted);
  if (before && after && Object.keys(detail).length === 0) return [];
  const kind = !before ? 'added' : !after ? 'removed' : 'changed';
  const parent = parentTypes(type) && {
    parent: objectName({ type: parentTypes(type)![0]!, identity: identity.slice(0, -1) }),
  };
  return [{ kind, type, name: objectName(either), identity, ...parent, detail }];
}

function detailOf(
  type: ObjectType,
  before: Properties,
  after: Properties,
  wanted: Wanted['property'],
): Record<string, PropertyChange> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => wanted(type, name));
  const differing = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(
    differing.sort().map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}

/** The index of a constraint comes and goes with it, under its name: that is one change. */
function withoutIndexesOfConstraints(changes: readonly Change[]): Change[] {
  const constraints = new Set(
    changes.filter(({ type }) => type === 'constraint').map(({ kind, identity }) => JSON.stringify([kind, identity])),
  );
  const follows = ({ kind, type, identity, detail }: Change) =>
    type === 'index' &&
    kind !== 'changed' &&
    detail['of a constraint'] !== undefined &&
    constraints.has(JSON.stringify([kind, identity]));
  return changes.filter((change) => !follows(change));
}

type Objects = ReadonlyMap<string, SchemaObject>;

/** Of a table, order means little and cannot be changed: a note. Of a composite type it is what a row of values means. */
function columnOrders(a: Objects, b: Objects): { changes: Change[]; notes: OrderNote[] } {
  const changes: Change[] = [];
  const notes: OrderNote[] = [];
  const second = orderedColumns(b);
  for (const [parent, columns] of orderedColumns(a)) {
    const others = second.get(parent) ?? [];
    const before = columns.filter((name) => others.includes(name));
    const after = others.filter((name) => columns.includes(name));
    if (before.every((name, i) => name === after[i])) continue;
    const note = { ...ownerOf(parent, b), before, after };
    if (note.type !== 'composite type') notes.push(note);
    else changes.push(orderChange(note));
  }
  return { changes, notes };
}

function orderChange({ type, name, identity, before, after }: OrderNote): Change {
  return { kind: 'changed', type, name, identity, detail: { 'order of attributes': { before, after } } };
}

/** Names of columns and attributes by their table or type (kind and identity as JSON), in their order. */
function orderedColumns(objects: Objects): Map<string, string[]> {
  const found = new Map<string, { name: string; position: number }[]>();
  for (const { type, identity, properties } of objects.values()) {
    if (type !== 'column' && type !== 'attribute') continue;
    const parent = JSON.stringify([type, ...identity.slice(0, -1)]);
    const list = found.get(parent) ?? [];
    list.push({ name: identity.at(-1)!, position: Number(properties[POSITION] ?? 0) });
    found.set(parent, list);
  }
  const inOrder = [...found].map(([parent, list]): [string, string[]] => [
    parent,
    list.sort((x, y) => x.position - y.position).map(({ name }) => name),
  ]);
  return new Map(inOrder);
}

function ownerOf(parent: string, objects: Objects): Pick<OrderNote, 'type' | 'name' | 'identity'> {
  const [child, ...identity] = JSON.parse(parent) as [ObjectType, ...string[]];
  const type = parentOf(child, [...identity, ''], objects) ?? 'table';
  return { type, identity, name: objectName({ type, identity }) };
}

/** Of which kind the object is that another one belongs to. */
function parentOf(type: ObjectType, identity: readonly string[], ...sides: readonly Objects[]): ObjectType | undefined {
  const parent = identity.slice(0, -1);
  return parentTypes(type)?.find((one) => sides.some((side) => side.has(keyOf({ type: one, identity: parent }))));
}

/** Each change behind what it belongs to. */
function sorted(changes: readonly Change[], a: Objects, b: Objects): Change[] {
  const places = new Map(
    changes.map((change) => {
      const within = parentTypes(change.type) && (parentOf(change.type, change.identity, b, a) ?? RELATIONS[0]!);
      return [
        change,
        { rank: rankOf(within ?? change.type), head: within ? change.identity.slice(0, -1) : change.identity },
      ];
    }),
  );
  return [...changes].sort((one, other) => {
    const [x, y] = [places.get(one)!, places.get(other)!];
    return (
      x.rank - y.rank ||
      compareIdentity(x.head, y.head) ||
      rankOf(one.type) - rankOf(other.type) ||
      compareIdentity(one.identity, other.identity)
    );
  });
}
