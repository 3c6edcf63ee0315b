import { isForeignKey } from './kinds/constraints.ts';
import type { Key, Node, Side } from './side.ts';
import { nodeKey } from './side.ts';
import type { Step } from './step.ts';

type ByKey = ReadonlyMap<Key, readonly Step[]>;

/**
 * A logged table cannot refer to an unlogged one (ALTER TABLE, SET LOGGED): a key that goes does so before either end of it
 * changes; of a key that stays, the table that refers becomes unlogged first, and logged last.
 */
export function* persistenceOrder(
  droppers: ByKey,
  makers: ByKey,
  before: Side,
  after: Side,
): Generator<[readonly Step[] | undefined, readonly Step[] | undefined]> {
  const changes = new Set([...makers.keys()].filter((key) => isOtherwiseLogged(key, before, after)));
  if (changes.size === 0) return;
  for (const node of before.nodes.values()) {
    if (node.type !== 'constraint' || !isForeignKey(node.one)) continue;
    const from = tableOf(node);
    for (const to of referred(node, before)) {
      const gone = droppers.get(node.key);
      for (const end of [from, to]) if (gone && changes.has(end)) yield [gone, makers.get(end)];
      if (gone || !changes.has(from) || !changes.has(to)) continue;
      const isUnlogged = after.nodes.get(from)?.one.properties.unlogged;
      yield isUnlogged ? [makers.get(from), makers.get(to)] : [makers.get(to), makers.get(from)];
    }
  }
}

function isOtherwiseLogged(key: Key, before: Side, after: Side): boolean {
  const [a, b] = [before.nodes.get(key), after.nodes.get(key)];
  return a?.type === 'table' && b !== undefined && a.one.properties.unlogged !== b.one.properties.unlogged;
}

function tableOf({ one }: Node): Key {
  return nodeKey('table', one.identity.slice(0, 2));
}

/** The other tables that the key refers to. */
function referred(node: Node, side: Side): Set<Key> {
  const needed = side.needs(node.key).flatMap(({ to }) => side.nodes.get(to) ?? []);
  const tables = needed.filter(({ type }) => ['table', 'column', 'constraint', 'index'].includes(type)).map(tableOf);
  return new Set(tables.filter((key) => key !== tableOf(node)));
}
