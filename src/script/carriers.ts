import type { Context } from './context.ts';
import { inheritedFrom, isInheritedOnly, isPartition, tableOf } from './inheritance.ts';
import { isForeignKey, isInline } from './kinds/constraints.ts';
import { type Key, type Node, type NodeType, nodeKey, type Side } from './side.ts';

const VIEWS: readonly NodeType[] = ['view', 'materialized view'];
const RELATIONS: readonly NodeType[] = ['table', 'foreign table', ...VIEWS];

/** What a node is made along with, without a statement of its own; undefined where it has one. */
export function carrierOfMake(node: Node, context: Context): Key | undefined {
  const carrier = CARRIERS[node.type];
  return carrier?.(node, context);
}

type Carrier = (node: Node, context: Context) => Key | undefined;

const CARRIERS: Partial<Record<NodeType, Carrier>> = {
  column: columnCarrier,
  default: ({ one }, context) => {
    const column = nodeKey('column', one.identity);
    if (viewOf(one.identity, context.after)) return undefined;
    return context.isMade(column) && !context.isLoose(nodeKey('default', one.identity)) ? column : undefined;
  },
  attribute: partOf('composite type'),
  'domain constraint': partOf('domain'),
  constraint: constraintCarrier,
  index: ({ one }, { after }) => {
    const constraint = nodeKey('constraint', one.identity);
    return one.properties['of a constraint'] && after.nodes.has(constraint) ? constraint : undefined;
  },
  trigger: ({ one }, context) => {
    if (!one.properties.inherited) return undefined;
    return madeAmong(inheritedFrom(one, context.after), context) ?? attachmentOf(one.identity, context);
  },
  sequence: ({ one }) =>
    one.properties['of an identity column'] ? nodeKey('column', one.properties['owned by'] as string[]) : undefined,
};

function columnCarrier({ one }: Node, context: Context): Key | undefined {
  const table = one.identity.slice(0, -1);
  const view = viewOf(one.identity, context.after);
  if (view) return view;
  const made = relationKey(table, context.after);
  if (made && context.isMade(made)) return made;
  return isInheritedOnly(one) ? madeAmong(inheritedFrom(one, context.after), context) : undefined;
}

/** The view that a column belongs to. */
function viewOf(column: readonly string[], { nodes }: Side): Key | undefined {
  return VIEWS.map((type) => nodeKey(type, column.slice(0, -1))).find((key) => nodes.has(key));
}

function partOf(type: NodeType): Carrier {
  return ({ one }, context) => {
    const whole = nodeKey(type, one.identity.slice(0, -1));
    return context.isMade(whole) || context.isSwapped(whole) ? whole : undefined;
  };
}

function constraintCarrier({ one }: Node, context: Context): Key | undefined {
  const table = tableOf(one, context.after);
  const key = table && nodeKey(table.type, table.identity);
  if (key && context.isMade(key) && isInline(one, context)) return key;
  if (!isInheritedOnly(one)) return undefined;
  const parents = inheritedFrom(one, context.after);
  if (isPartition(table)) {
    if (/^(PRIMARY KEY|UNIQUE|EXCLUDE)/.test(String(one.properties.definition))) return undefined;
    return madeAmong(parents, context) ?? (isForeignKey(one) ? attachmentOf(one.identity, context) : undefined);
  }
  return madeAmong(parents, context) ?? (key && context.isMade(key) ? key : undefined);
}

function madeAmong(keys: readonly Key[], context: Context): Key | undefined {
  return keys.find((key) => context.isMade(key));
}

function attachmentOf(identity: readonly string[], context: Context): Key | undefined {
  const key = nodeKey('attachment', identity.slice(0, -1));
  return context.isMade(key) ? key : undefined;
}

function relationKey(identity: readonly string[], side: Side): Key | undefined {
  return RELATIONS.map((type) => nodeKey(type, identity)).find((key) => side.nodes.has(key));
}

/** What a node goes along with. */
export function carrierOfDrop(node: Node, context: Context): Key | undefined {
  const { key, one, type } = node;
  if (context.isLoose(key)) return undefined;
  const { before } = context;
  const view = type === 'column' ? viewOf(one.identity, before) : undefined;
  if (view) return view;
  // With its table: a partition that others refer to, as a part of the whole, cannot be dropped alone.
  const parent = one.properties['partition of'] as readonly string[] | undefined;
  if (parent && context.isDropped(nodeKey('table', parent))) return nodeKey('table', parent);
  if (type === 'attachment') return undefined;
  // The copies of a foreign key on partitions.
  const original = before.needs(key).find(({ to }) => context.isLoose(to) && context.isDropped(to));
  if (type === 'constraint' && original) return original.to;
  const along = before
    .needs(key)
    .find(
      ({ to, how }) =>
        (how === 'falls with' || how === 'order of drops') && (context.isDropped(to) || context.isSwapped(to)),
    );
  if (along) return along.to;
  if (isInheritedOnly(one) && (type === 'column' || type === 'constraint'))
    return inheritedFrom(one, before).find((parent) => context.isDropped(parent));
  if (type === 'sequence' && one.properties['of an identity column'])
    return nodeKey('column', one.properties['owned by'] as string[]);
  return undefined;
}
