import { as, type Fields, type Node, type NodeType } from './tree.ts';

/** Every node inside a value of the tree, itself first, in the order of the text as far as the tree keeps it. */
function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesIn(item);
  } else if (value !== null && typeof value === 'object') {
    if (isNode(value)) yield value;
    for (const field of Object.values(value)) yield* nodesIn(field);
  }
}

/** Those of one type. */
export function* nodesOf<Type extends NodeType>(type: Type, value: unknown): Generator<Fields<Type>> {
  for (const node of nodesIn(value)) {
    const fields = as(type, node);
    if (fields) yield fields;
  }
}

/** Node types begin with a capital, fields with a small letter. */
function isNode(value: object): value is Node {
  const keys = Object.keys(value);
  const [key = ''] = keys;
  return keys.length === 1 && key >= 'A' && key < '[';
}
