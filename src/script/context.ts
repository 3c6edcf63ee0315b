import type { ObjectType } from '../catalog/object-types.ts';
import type { Included, SchemaObject } from '../catalog/snapshot.ts';
import type { Key, Side } from './side.ts';
import type { Line } from './step.ts';

/** What a script does not do, by name. */
export interface NotWritten {
  readonly type: ObjectType;
  /** As people write it. */
  readonly name: string;
  readonly why: string;
}

/** What the writers of the kinds may ask. */
export interface Context {
  readonly before: Side;
  readonly after: Side;
  readonly included: Included;
  /** Major version of the server. */
  readonly major: number;
  /** Whether the script makes it, or drops it: what is made anew is both. */
  isMade(key: Key): boolean;
  isDropped(key: Key): boolean;
  /** Whether it is a type that is made beside the old one, which then goes. */
  isSwapped(key: Key): boolean;
  /** Whether it is written apart from the table that it could be made or dropped with, to break a cycle; or dropped and made where it could be replaced. */
  isLoose(key: Key): boolean;
  cannot(one: Pick<SchemaObject, 'type' | 'identity'>, why: string): void;
}

/** An object in both schemas, and which of its properties differ, without comment, owner and privileges. */
export interface Altered {
  readonly before: SchemaObject;
  readonly after: SchemaObject;
  readonly changed: ReadonlySet<string>;
}

/** How the objects of a kind are made, dropped and altered. */
export interface Writer {
  /** Its place in a script where nothing else decides. */
  readonly rank: number;
  make(one: SchemaObject, context: Context): readonly Line[];
  drop(one: SchemaObject, context: Context): readonly Line[];
  /** What is left to say where it comes with another object that was just made. */
  carried?(one: SchemaObject, context: Context): readonly Line[];
  /** In place. Without it every change is made by dropping and making anew. */
  alter?(change: Altered, context: Context): readonly Line[];
  /** Whether this change, all the same, takes dropping and making anew. */
  remakes?(change: Altered, context: Context): boolean;
  /** Whether making or dropping it belongs to the end of the script: see Step. */
  late?(one: SchemaObject, context: Context, what: 'make' | 'drop'): boolean;
}

/** The places of the kinds; drops come in the opposite order, before everything else. */
export const RANK = {
  schema: 1,
  extension: 2,
  collation: 3,
  type: 4,
  sequence: 5,
  table: 6,
  routine: 7,
  operator: 8,
  search: 9,
  foreign: 10,
  column: 11,
  constraint: 12,
  attachment: 13,
  index: 14,
  view: 15,
  part: 16,
  foreignKey: 17,
  publication: 18,
  eventTrigger: 19,
  privileges: 20,
} as const;
