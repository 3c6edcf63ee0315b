import { displayIdentifier } from '../sql/quote.ts';

/** One step on the way to an object, from the outside in. */
export interface ObjectPart {
  /** Where its name is unique: a table and a view of one schema cannot have the same one. */
  readonly space: string;
  /** Empty for a group: all columns, all rows. */
  readonly name: string;
  /** What people call it: `view`, `column`, `rows`. */
  readonly word: string;
}

/**
 * An object of a database: its schema, itself, the group in it, the member of the group:
 * `public`, `orders`, all columns, `status`. Never empty.
 */
export type ObjectPath = readonly ObjectPart[];

/** No name holds a NUL. */
export function keyOfPart({ space, name }: ObjectPart): string {
  return `${space}\0${name}`;
}

export function keyOfPath(path: ObjectPath): string {
  let key = '';
  for (const part of path) key += key === '' ? keyOfPart(part) : `\0${keyOfPart(part)}`;
  return key;
}

/** `table app.orders`, `column status of orders`, `rows of orders`, `default of column status of orders` */
export function describeObject(path: ObjectPath): string {
  const group = path.findLastIndex(({ name }) => name === '');
  const last = path.at(-1)!;
  if (group < 0) return `${last.word} ${qualified(path)}`;
  const owner = ownerText(path.slice(0, group));
  if (last.name === '') return `${last.word} of ${owner}`;
  return MEMBERS[last.space]?.(last.name, owner) ?? `${last.word} ${displayIdentifier(last.name)} of ${owner}`;
}

/** Members of a group whose names are none that SQL knows. */
const MEMBERS: Readonly<Record<string, (name: string, owner: string) => string>> = {
  settings: (name, owner) => `${name} of ${owner}`,
  comments: (_, owner) => `comment of ${owner}`,
  rows: (_, owner) => `rows of ${owner}`,
  privileges: (name, owner) => `privileges of ${displayIdentifier(name)} on ${owner}`,
  privilege: (name, owner) => `privilege ${name} on ${owner}`,
  'privilege of a column': (name, owner) => `privilege ${name} of ${owner}`,
  'default privileges': (name, owner) =>
    `default privileges for ${name} in ${owner === 'database' ? 'the database' : owner}`,
};

function ownerText(path: ObjectPath): string {
  return path.some(({ name }) => name === '') ? describeObject(path) : qualified(path);
}

/** As people write it: without public, without the arguments of a function and the group of a cast. */
function qualified(path: ObjectPath): string {
  const isShown = ({ space, name }: ObjectPart, i: number) =>
    space !== 'signature' &&
    !(space === 'casts' && i < path.length - 1) &&
    !(space === 'schema' && name === 'public' && i < path.length - 1);
  return path
    .filter(isShown)
    .map(({ name }) => displayIdentifier(name))
    .join('.');
}
