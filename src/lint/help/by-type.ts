import { type NodeType, typeOf } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';

const sorted = new WeakMap<readonly Subject[], ReadonlyMap<NodeType, readonly Subject[]>>();

/** The statements of a body whose trees are of that type at the root; all of them are sorted at the first question. */
export function ofType(body: readonly Subject[], type: NodeType): readonly Subject[] {
  let known = sorted.get(body);
  if (!known) {
    known = byType(body);
    sorted.set(body, known);
  }
  return known.get(type) ?? [];
}

function byType(body: readonly Subject[]): Map<NodeType, Subject[]> {
  const found = new Map<NodeType, Subject[]>();
  for (const subject of body) {
    if (!subject.tree) continue;
    const type = typeOf(subject.tree.node);
    const list = found.get(type);
    if (list) list.push(subject);
    else found.set(type, [subject]);
  }
  return found;
}
