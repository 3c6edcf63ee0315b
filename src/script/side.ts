import { type ObjectType, parentTypes, RELATIONS, WITHOUT_SCHEMA } from '../catalog/object-types.ts';
import { type Dependence, keyOf, POSITION, type SchemaObject, type Snapshot, type Value } from '../catalog/snapshot.ts';
import { grouped } from './group.ts';

/** One text for one node, as `keyOf` makes it. */
export type Key = string;

/**
 * What statements make and drop: the objects, and three things that belong to one but are made apart from it where the order
 * asks for it: a column's default, a partition's attachment to its table, a sequence's OWNED BY.
 */
export type NodeType = ObjectType | 'default' | 'attachment' | 'ownership';

export interface Node {
  readonly key: Key;
  readonly type: NodeType;
  readonly one: SchemaObject;
}

/** `after`: it stands behind the other in a script, and is no reason to touch it; `order of drops`: it matters only to drops. */
export interface Edge {
  readonly from: Key;
  readonly to: Key;
  readonly how: Exclude<Dependence, 'default needs'> | 'after' | 'order of drops';
}

/** A snapshot as a graph. */
export interface Side {
  readonly snapshot: Snapshot;
  readonly nodes: ReadonlyMap<Key, Node>;
  /** What belongs to the table or type: columns by position. */
  within(type: ObjectType, identity: readonly string[]): readonly SchemaObject[];
  needs(key: Key): readonly Edge[];
  neededBy(key: Key): readonly Edge[];
}

export function nodeKey(type: NodeType, identity: readonly string[]): Key {
  return JSON.stringify([type, ...identity]);
}

export function sideOf(snapshot: Snapshot): Side {
  const nodes = new Map(snapshot.objects.flatMap(nodesOf).map((node) => [node.key, node]));
  const edges = [...nodes.values()]
    .flatMap((node) => edgesOf(node, nodes))
    .filter(({ from, to }) => nodes.has(to) && from !== to);
  const [byFrom, byTo] = [grouped(edges, ({ from }) => from), grouped(edges, ({ to }) => to)];
  const children = grouped(
    snapshot.objects.filter(({ type }) => parentTypes(type)),
    ({ type, identity }) => nodeKey(type, identity.slice(0, -1)),
  );
  for (const list of children.values()) list.sort((a, b) => positionOf(a) - positionOf(b));
  return {
    snapshot,
    nodes,
    within: (type, identity) => children.get(nodeKey(type, identity)) ?? [],
    needs: (key) => byFrom.get(key) ?? [],
    neededBy: (key) => byTo.get(key) ?? [],
  };
}

const positionOf = ({ properties }: SchemaObject) => Number(properties[POSITION] ?? 0);

function nodesOf(one: SchemaObject): Node[] {
  const { type, identity, properties } = one;
  const part = (name: NodeType) => ({ key: nodeKey(name, identity), type: name, one });
  const nodes: Node[] = [{ key: keyOf(one), type, one }];
  if (type === 'column' && properties.default !== undefined) nodes.push(part('default'));
  if (properties['partition of'] !== undefined) nodes.push(part('attachment'));
  if (type === 'sequence' && properties['owned by'] && !properties['of an identity column'])
    nodes.push(part('ownership'));
  return nodes;
}

type Nodes = ReadonlyMap<Key, Node>;

function edgesOf(node: Node, nodes: Nodes): Edge[] {
  const { key, type, one } = node;
  const to = (how: Edge['how'], kind: NodeType, ...identity: string[]): Edge => ({
    from: key,
    to: nodeKey(kind, identity),
    how,
  });
  if (type === 'default')
    return [
      to('falls with', 'column', ...one.identity),
      ...recorded(node, 'default needs').map((edge) => ({ ...edge, how: 'needs' as const })),
    ];
  if (type === 'attachment') return attachmentEdges(node);
  if (type === 'ownership')
    return [
      to('falls with', 'sequence', ...one.identity),
      to('needs', 'column', ...(one.properties['owned by'] as string[])),
    ];
  const parents = (parentTypes(type) ?? []).map((parent) => to('falls with', parent, ...one.identity.slice(0, -1)));
  const schema = type === 'schema' || WITHOUT_SCHEMA.has(type) ? [] : [to('needs', 'schema', one.identity[0]!)];
  return [...parents, ...schema, ...recorded(node), ...impliedEdges(node, nodes)];
}

/** What pg_depend says; OWNED BY is a node of its own, and matters to the sequence itself where it is dropped. */
function recorded({ key, type, one }: Node, wanted?: Dependence): Edge[] {
  return (
    (one.needs ?? [])
      .filter(([how]) => (how === 'default needs') === (wanted === 'default needs'))
      // An attachment is a node of its own.
      .filter(([, kind]) => !(one.properties['partition of'] && kind === 'table'))
      .map(([how, kind, ...identity]) => {
        const owned = type === 'sequence' && kind === 'column' && !one.properties['of an identity column'];
        // The parts of an index, or of its constraint, are made first: see impliedEdges.
        const same = type === kind && (type === 'index' || type === 'constraint');
        return {
          from: key,
          to: nodeKey(kind, identity),
          how: owned || same ? 'order of drops' : how === 'default needs' ? 'needs' : how,
        };
      })
  );
}

/** What follows from properties and names, and is not on record among the objects. */
function impliedEdges({ key, type, one }: Node, nodes: Nodes): Edge[] {
  const after = (kind: NodeType, ...identity: string[]): Edge => ({
    from: key,
    to: nodeKey(kind, identity),
    how: 'after',
  });
  const { identity, properties } = one;
  if (type === 'user mapping') return [{ ...after('server', identity[0]!), how: 'needs' }];
  if (type === 'extension') return [{ ...after('schema', String(properties.schema)), how: 'needs' }];
  if (type === 'publication') return publicationEdges(one, after);
  if (type === 'column' && properties.inherited) return inheritanceEdges(one, after, nodes);
  if (type === 'default privileges' && identity[1]) return [{ ...after('schema', identity[1]), how: 'falls with' }];
  // The indexes of partitions come first: the index of their table then takes them over.
  if (type === 'index' || type === 'constraint')
    return [
      ...partsOfIndex(one, nodes).map((part) => ({ from: key, to: part, how: 'after' as const })),
      ...partitionEdges(key, one, nodes),
    ];
  return type === 'trigger' ? partitionEdges(key, one, nodes) : [];
}

/** A partition is attached when it has keys, checks and indexes; foreign keys and triggers it gets from its table. */
function partitionEdges(key: Key, { type, identity, properties }: SchemaObject, nodes: Nodes): Edge[] {
  const attachment = nodeKey('attachment', identity.slice(0, -1));
  if (!nodes.has(attachment)) return [];
  const isCopy =
    properties.inherited === true && (type === 'trigger' || String(properties.definition).startsWith('FOREIGN KEY'));
  if (isCopy) return [{ from: key, to: attachment, how: 'after' }];
  return type === 'trigger' ? [] : [{ from: attachment, to: key, how: 'after' }];
}

/** A child takes over what its parent's column is when the child is made. */
function inheritanceEdges(
  { identity }: SchemaObject,
  after: (kind: NodeType, ...identity: string[]) => Edge,
  nodes: Nodes,
): Edge[] {
  const table = nodes.get(nodeKey('table', identity.slice(0, -1)))?.one;
  const whole = table?.properties['partition of'] as readonly string[] | undefined;
  // What its table has only on the way to NOT NULL, a partition that is attached would have to have, too.
  if (whole)
    return [{ ...after('column', ...whole, identity.at(-1)!), from: nodeKey('attachment', identity.slice(0, -1)) }];
  const parents = (table?.properties.inherits ?? []) as unknown as readonly (readonly string[])[];
  return parents.flatMap((parent) =>
    (['column', 'default'] as const).map((kind) => after(kind, ...parent, identity.at(-1)!)),
  );
}

function publicationEdges(
  { properties }: SchemaObject,
  after: (kind: NodeType, ...identity: string[]) => Edge,
): Edge[] {
  const tables = (properties.tables ?? []) as readonly (readonly Value[])[];
  return [
    ...tables.flatMap(([schema, name, columns]) => [
      after('table', String(schema), String(name)),
      ...(Array.isArray(columns)
        ? columns.map((column) => after('column', String(schema), String(name), String(column)))
        : []),
    ]),
    ...((properties.schemas ?? []) as readonly string[]).map((name) => after('schema', name)),
  ];
}

const PARTS = new WeakMap<Nodes, Map<string, Key[]>>();

/** Indexes, with their constraints, that are attached to this one. */
function partsOfIndex({ identity }: SchemaObject, nodes: Nodes): Key[] {
  const known = PARTS.get(nodes) ?? attachedIndexes(nodes);
  PARTS.set(nodes, known);
  return known.get(JSON.stringify([identity[0], identity.at(-1)])) ?? [];
}

function attachedIndexes(nodes: Nodes): Map<string, Key[]> {
  const found = new Map<string, Key[]>();
  for (const { type, one, key } of nodes.values()) {
    const parent = type === 'index' && one.properties['attached to'];
    if (!parent) continue;
    const name = JSON.stringify(parent);
    const constraint = nodeKey('constraint', one.identity);
    found.set(name, [...(found.get(name) ?? []), key, ...(nodes.has(constraint) ? [constraint] : [])]);
  }
  return found;
}

function attachmentEdges({ key, one }: Node): Edge[] {
  const parent = one.properties['partition of'] as readonly string[];
  const to = (how: Edge['how'], identity: readonly string[]): Edge[] =>
    RELATIONS.map((type) => ({ from: key, to: nodeKey(type, identity), how }));
  return [...to('falls with', one.identity), ...to('needs', parent)];
}
