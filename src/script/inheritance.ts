import { keyOf, type SchemaObject } from '../catalog/snapshot.ts';
import { type Key, nodeKey, type Side } from './side.ts';

/** Whether it is there only because the parent table has it. */
export function isInheritedOnly({ properties }: SchemaObject): boolean {
  return properties.inherited === true && properties.local !== true;
}

/** Tables that a table has its columns from: the one it is a partition of, or those it inherits. */
export function parentsOf(table: SchemaObject | undefined): readonly (readonly string[])[] {
  const partition = table?.properties['partition of'] as readonly string[] | undefined;
  return partition ? [partition] : ((table?.properties.inherits ?? []) as unknown as readonly (readonly string[])[]);
}

/** The table that a column, constraint or the like belongs to. */
export function tableOf(one: SchemaObject, side: Side): SchemaObject | undefined {
  const identity = one.identity.slice(0, -1);
  return (
    side.nodes.get(nodeKey('table', identity)) ??
    side.nodes.get(nodeKey('foreign table', identity)) ??
    side.nodes.get(nodeKey('view', identity)) ??
    side.nodes.get(nodeKey('materialized view', identity))
  )?.one;
}

/** What of the same name the parent tables have: of a column that is inherited, where it comes from. */
export function inheritedFrom(one: SchemaObject, side: Side): Key[] {
  return parentsOf(tableOf(one, side))
    .map((parent) => keyOf({ type: one.type, identity: [...parent, one.identity.at(-1)!] }))
    .filter((key) => side.nodes.has(key));
}

export function isPartition(table: SchemaObject | undefined): boolean {
  return table?.properties['partition of'] !== undefined;
}
