import { as, type Fields, type Node, type NodeType, typeOf } from './tree.ts';

/** The nodes inside a value, by their types. */
type Found = Map<string, Node[]>;

/** Many rules ask the same trees: each is walked once, for as long as anybody holds it. */
const walked = new WeakMap<object, Found>();

/** Every node of one type inside a value of the tree, itself too, in the order of the text as far as the tree keeps it. */
export function nodesOf<Type extends NodeType>(type: Type, value: unknown): IterableIterator<Fields<Type>> {
  if (value === null || typeof value !== 'object') return [].values();
  let found = walked.get(value);
  if (!found) {
    found = new Map();
    gather(value, found);
    walked.set(value, found);
  }
  return (found.get(type) ?? []).map((node) => as(type, node)!).values();
}

function gather(value: object, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && typeof item === 'object') gather(item, found);
    return;
  }
  if (isNode(value)) remember(value, found);
  for (const key in value) {
    const field: unknown = value[key as keyof typeof value];
    if (field !== null && typeof field === 'object') gather(field, found);
  }
}

function remember(node: Node, found: Found): void {
  const type = typeOf(node);
  const list = found.get(type);
  if (list) list.push(node);
  else found.set(type, [node]);
}

/** Node types begin with a capital, fields with a small letter. */
function isNode(value: object): value is Node {
  let keys = 0;
  for (const key in value) {
    if (++keys > 1 || key < 'A' || key >= '[') return false;
  }
  return keys === 1;
}
