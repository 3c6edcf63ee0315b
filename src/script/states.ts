import type { Difference } from '../catalog/compare.ts';
import { keyOf } from '../catalog/snapshot.ts';
import type { Altered } from './context.ts';
import type { Key, Node, Side } from './side.ts';

/** What differs, node by node. */
export interface States {
  readonly added: ReadonlySet<Key>;
  readonly removed: ReadonlySet<Key>;
  /** In both, with other properties; access apart (see access.ts) is among them. */
  readonly changed: ReadonlyMap<Key, Altered>;
}

/** Properties that a node of their own stands for. */
const APART: Readonly<Record<string, readonly string[]>> = {
  column: ['default'],
  table: ['partition of', 'bound'],
  'foreign table': ['partition of', 'bound'],
  sequence: ['owned by'],
};

export function statesOf(before: Side, after: Side, difference: Difference): States {
  const unread = new Set(
    difference.notChecked.filter(({ property }) => property === undefined).map(({ type }) => type),
  );
  const isRead = ({ one }: Node) =>
    !unread.has(one.type) && (one.type !== 'default privileges' || privilegesCompared(before, after));
  const only = (these: Side, those: Side) =>
    [...these.nodes.values()].filter((node) => !those.nodes.has(node.key) && isRead(node)).map(({ key }) => key);
  return {
    added: new Set(only(after, before)),
    removed: new Set(only(before, after)),
    changed: new Map([...changedObjects(before, after, difference), ...changedParts(before, after)]),
  };
}

function privilegesCompared({ snapshot: a }: Side, { snapshot: b }: Side): boolean {
  return a.privileges && b.privileges;
}

function* changedObjects(before: Side, after: Side, { changes }: Difference): Generator<[Key, Altered]> {
  for (const { kind, type, identity, detail } of changes) {
    if (kind !== 'changed') continue;
    const key = keyOf({ type, identity });
    const [a, b] = [before.nodes.get(key)?.one, after.nodes.get(key)?.one];
    const changed = new Set(Object.keys(detail).filter((name) => !APART[type]?.includes(name)));
    if (a && b && changed.size > 0) yield [key, { before: a, after: b, changed }];
  }
}

/** The text of a default, the bound of a partition, the owner of a sequence. */
function* changedParts(before: Side, after: Side): Generator<[Key, Altered]> {
  for (const { key, type, one: b } of after.nodes.values()) {
    const names = PARTS[type];
    const a = names && before.nodes.get(key)?.one;
    if (!a) continue;
    const changed = names.filter((name) => JSON.stringify(a.properties[name]) !== JSON.stringify(b.properties[name]));
    if (changed.length > 0) yield [key, { before: a, after: b, changed: new Set(changed) }];
  }
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  default: ['default'],
  attachment: ['partition of', 'bound'],
  ownership: ['owned by'],
};

/** Columns whose values are written anew, with whatever is made of them. */
export function isRetyped({ after, changed }: Altered): boolean {
  return after.type === 'column' && ['type', 'collation'].some((name) => changed.has(name));
}
