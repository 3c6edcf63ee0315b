import type { Fields, NodeType } from './tree.ts';

/** The nodes inside a value by their types: the fields of each. */
type Found = Map<string, object[]>;

/** Many rules ask the same trees: each is walked once, for as long as anybody holds it. */
const walked = new WeakMap<object, Found>();

/** Every node of one type inside a value of the tree, itself too, in the order of the text as far as the tree keeps it. */
export function nodesOf<Type extends NodeType>(type: Type, value: unknown): readonly Fields<Type>[] {
  if (!isObject(value)) return [];
  let found = walked.get(value);
  if (!found) {
    found = new Map();
    gather(value, found);
    walked.set(value, found);
  }
  return (found.get(type) ?? []) as Fields<Type>[];
}

function gather(value: object, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) gather(item, found);
    return;
  }
  for (const key in value) {
    const field: unknown = value[key as keyof typeof value];
    if (!isObject(field)) continue;
    if (isType(key)) remember(key, field, found);
    gather(field, found);
  }
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
