import type { Fields, NodeType } from './tree.ts';

/** The nodes inside a value by their types: the fields of each. */
type Found = Map<string, object[]>;

/** Large ones, which many rules ask, are walked once, for as long as anybody holds them. */
const walked = new WeakMap<object, Found>();

/** Objects in a tree that is large. */
const LARGE_MIN = 100;

interface Walked {
  readonly value: object;
  readonly found: Found;
}

/**
 * What was asked last will be asked again, for another type: so many of those are kept. Small trees are soon walked once more, and a
 * WeakMap of them all takes longer, when it grows and in each collection of garbage (a tenth of `lint`, measured).
 */
const LAST_KEPT = 8;
const last: Walked[] = [];
let next = 0;

/** Every node of one type inside a value of the tree, itself too, in the order of the text as far as the tree keeps it. */
export function nodesOf<Type extends NodeType>(type: Type, value: unknown): readonly Fields<Type>[] {
  if (!isObject(value)) return [];
  for (const one of last) if (one.value === value) return fieldsOf(one.found, type);
  const found = walked.get(value) ?? walk(value);
  last[next] = { value, found };
  next = (next + 1) % LAST_KEPT;
  return fieldsOf(found, type);
}

function fieldsOf<Type extends NodeType>(found: Found, type: Type): readonly Fields<Type>[] {
  return (found.get(type) ?? []) as Fields<Type>[];
}

function walk(value: object): Found {
  const found: Found = new Map();
  if (gather(value, found) >= LARGE_MIN) walked.set(value, found);
  return found;
}

/** How many objects there are in it. */
function gather(value: object, found: Found): number {
  let count = 1;
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) count += gather(item, found);
    return count;
  }
  for (const key in value) {
    const field: unknown = value[key as keyof typeof value];
    if (!isObject(field)) continue;
    if (isType(key)) remember(key, field, found);
    count += gather(field, found);
  }
  return count;
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

/** Node types begin with a capital, fields with a small letter. */
function isType(key: string): boolean {
  return key < '[';
}

function remember(type: string, fields: object, found: Found): void {
  const list = found.get(type);
  if (list) list.push(fields);
  else found.set(type, [fields]);
}
