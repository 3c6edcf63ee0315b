import type { ObjectType } from './object-types.ts';

/**
 * The value of a property. Lists whose order means nothing are sorted (see `SETS`), numbers that may be larger than 2^53 are
 * strings. What is off, absent or the default of its kind is left out of the properties, so that equal schemas have equal
 * snapshots whatever was set and reset on the way.
 */
export type Value = string | number | boolean | readonly Value[];
export type Properties = Readonly<Record<string, Value>>;

/** One object of a schema. */
export interface SchemaObject {
  readonly type: ObjectType;
  /**
   * Parts of the name, never joined, because a name may hold any character: schema and name; for what belongs to a table the
   * table's and its own name; for a function its argument types behind schema and name.
   */
  readonly identity: readonly string[];
  readonly properties: Properties;
  /** What PostgreSQL keeps on record of its dependencies, beyond what the identity says; none where absent. */
  readonly needs?: readonly Need[];
}

/** How an object depends on another; `default needs`: a column for the expression of its default. */
export type Dependence = 'needs' | 'default needs' | 'falls with';

/**
 * The dependence, then kind and identity of what it depends on. `falls with`: dropped together with it, without being named.
 * Needs are no properties: they follow from them, and are not compared.
 */
export type Need = readonly [how: Dependence, type: ObjectType, ...identity: string[]];

/** What could not be read: all objects of a kind, or one property of theirs. It is compared with nothing. */
export interface NotChecked {
  readonly type: ObjectType;
  readonly property?: string;
  /** What the server said. */
  readonly reason: string;
}

/** The properties that are read only when they are asked for. */
export interface Included {
  /** Property `owner`. */
  readonly owners: boolean;
  /** Properties `privileges` and `revoked privileges`, and the default privileges. */
  readonly privileges: boolean;
}

/** What a schema is read with. */
export interface Reading extends Included {
  /** What depends on what, too, which a script goes by: a tenth more to read. */
  readonly needs?: boolean;
}

/**
 * A database's schema at one moment. On servers of the same major version equal schemas have snapshots that are the same byte
 * for byte (`snapshotText`), whatever the history of the databases.
 */
export interface Snapshot extends Included {
  /** Major version of the server: how expressions are written out differs between them. */
  readonly major: number;
  readonly notChecked: readonly NotChecked[];
  /** Whether the objects say what they need: a script from one schema to another goes by that, a comparison does not. */
  readonly needs?: boolean;
  /** Sorted by kind, then by identity. */
  readonly objects: readonly SchemaObject[];
}

/** Where a column stands among the columns of its table, from 1; compared apart from the other properties. */
export const POSITION = 'position';

/** Properties whose lists are sets. */
const SETS: ReadonlySet<string> = new Set([
  'foreign options',
  'functions',
  'mappings',
  'operators',
  'options',
  'privileges',
  'publications',
  'revoked privileges',
  'roles',
  'schemas',
  'settings',
  'statistics targets',
  'tables',
  'tags',
  'triggers',
]);

export function isSet(property: string): boolean {
  return SETS.has(property);
}

/** By UTF-16 code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Part by part. */
export function compareIdentity(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareText(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** One text for one object: no two objects of a snapshot have the same. */
export function keyOf({ type, identity }: Pick<SchemaObject, 'type' | 'identity'>): string {
  return JSON.stringify([type, ...identity]);
}
