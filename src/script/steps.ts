import { objectName } from '../catalog/object-name.ts';
import { RELATIONS } from '../catalog/object-types.ts';
import { accessChanges, accessOf, isAccess } from './access.ts';
import { carrierOfDrop, carrierOfMake } from './carriers.ts';
import { type Altered, type Context, RANK } from './context.ts';
import { grouped } from './group.ts';
import { isInheritedOnly } from './inheritance.ts';
import { isForeignKey, isValidatedLater, validation } from './kinds/constraints.ts';
import { notNullSteps } from './kinds/not-null.ts';
import { rowSecuritySteps } from './kinds/tables.ts';
import { typeSwap } from './kinds/types.ts';
import { WRITERS } from './kinds/writers.ts';
import { qualified } from './names.ts';
import type { Remakes } from './remakes.ts';
import { type Key, type Node, nodeKey } from './side.ts';
import { isRetyped, type States } from './states.ts';
import { type Line, line, type Step } from './step.ts';
import { withoutUnwritable } from './unwritable.ts';

/** Every step that a script takes, in no order yet; some without a statement, where one on another object does it. */
export function stepsOf(states: States, remakes: Remakes, context: Context): Step[] {
  const renamed = renamedSequences(states, context);
  const isRenamed = (key: Key) => renamed.some((step) => step.drops.has(key) || step.makes.has(key));
  const dropped = [...states.removed, ...remakes.made].filter((key) => !isRenamed(key));
  const made = [...states.added, ...remakes.made].filter((key) => !isRenamed(key));
  const drops = dropped.map((key) => context.before.nodes.get(key)!);
  const homes = homesOf(drops, (node) => carrierOfDrop(node, context));
  const along = grouped(
    drops.map(({ key }) => key),
    (key) => homes.get(key)!,
  );
  const steps = [
    ...renamed,
    ...dropSteps(drops, homes, along, context),
    ...makeSteps(
      made.map((key) => context.after.nodes.get(key)!),
      states,
      remakes,
      context,
    ).map((step) => withDropped(step, along)),
  ];
  return withoutUnwritable(steps, context);
}

/** What goes along with something that is altered: the sequence of a column that has no identity any more. */
function withDropped(step: Step, along: ReadonlyMap<Key, readonly Key[]>): Step {
  const dropped = [...(step.releases ?? [])].flatMap((key) => along.get(key) ?? []);
  return dropped.length === 0 ? step : { ...step, drops: new Set([...step.drops, ...dropped]) };
}

function dropSteps(
  nodes: readonly Node[],
  homes: ReadonlyMap<Key, Key>,
  along: ReadonlyMap<Key, readonly Key[]>,
  context: Context,
): Step[] {
  return nodes
    .filter(({ key }) => homes.get(key) === key)
    .map((node) => {
      const writer = WRITERS[node.type];
      const lines = writer.drop(node.one, context);
      return {
        lines,
        unwritable: lines.length === 0,
        drops: new Set(along.get(node.key)),
        makes: new Set<Key>(),
        rank: -rankOf(node),
        name: node.key,
        late: writer.late?.(node.one, context, 'drop') ?? false,
      };
    });
}

/** By node the one whose statement it belongs to, itself or what it is carried by in the end. */
function homesOf(nodes: readonly Node[], carrier: (node: Node) => Key | undefined): Map<Key, Key> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const homes = new Map<Key, Key>();
  for (const node of nodes) {
    const passed = new Set([node.key]);
    for (let next = carrier(node); next !== undefined && !passed.has(next); ) {
      passed.add(next);
      const found = byKey.get(next);
      next = found && carrier(found);
    }
    homes.set(node.key, [...passed].at(-1)!);
  }
  return homes;
}

function rankOf({ type, one }: Node): number {
  return type === 'constraint' && isForeignKey(one) ? RANK.foreignKey : WRITERS[type].rank;
}

function makeSteps(nodes: readonly Node[], states: States, remakes: Remakes, context: Context): Step[] {
  const homes = homesOf(nodes, (node) => carrierOfMake(node, context));
  const guests = grouped(
    nodes.filter(({ key }) => homes.get(key) !== key),
    ({ key }) => homes.get(key)!,
  );
  const own = nodes
    .filter(({ key }) => homes.get(key) === key)
    .flatMap((node) => makeStep(node, guests.get(node.key) ?? [], context));
  const swaps = [...remakes.swapped].map(([key, columns]) => swapStep(key, columns, guests.get(key) ?? [], context));
  const isSwappedAlong = (key: Key) => [...remakes.swapped.values()].some((columns) => columns.includes(key));
  const altered = [...states.changed]
    .filter(([key]) => !remakes.made.has(key) && !isCarriedBySwap(key, context))
    .flatMap(([key, change]) => alterSteps(key, change, guests.get(key) ?? [], isSwappedAlong(key), context));
  const homesThere = new Set([...own, ...swaps, ...altered].flatMap(({ makes }) => [...makes]));
  const left = [...guests].filter(([home]) => !homesThere.has(home)).flatMap(([, list]) => list);
  return [...own, ...swaps, ...altered, ...left.flatMap((node) => guestStep(node, context))];
}

const accessLines = ({ key, one }: Node, context: Context) =>
  key === nodeKey(one.type, one.identity) ? accessOf(one, context) : [];

function guestLines(guests: readonly Node[], context: Context): Line[] {
  return guests.flatMap((guest) => [
    ...(WRITERS[guest.type].carried?.(guest.one, context) ?? []),
    ...accessLines(guest, context),
  ]);
}

function makeStep(node: Node, guests: readonly Node[], context: Context): Step[] {
  const writer = WRITERS[node.type];
  const made = writer.make(node.one, context);
  const step: Step = {
    lines: made.length === 0 ? [] : [...made, ...accessLines(node, context), ...guestLines(guests, context)],
    unwritable: made.length === 0,
    drops: new Set(),
    makes: new Set([node.key, ...guests.map(({ key }) => key)]),
    rank: rankOf(node),
    name: node.key,
    late: writer.late?.(node.one, context, 'make') ?? false,
  };
  if (node.type !== 'constraint' || !isValidatedLater(node.one, context)) return [step];
  return [step, { ...step, lines: [validation(node.one, context)], makes: new Set(), behind: step, late: true }];
}

/** It comes with something that is altered without a word, such as the columns of a view that is replaced. */
function guestStep(node: Node, context: Context): Step[] {
  const lines = guestLines([node], context);
  return [{ lines, drops: new Set(), makes: new Set([node.key]), rank: rankOf(node), name: node.key, late: false }];
}

function isCarriedBySwap(key: Key, context: Context): boolean {
  const [type, ...identity] = JSON.parse(key) as [string, ...string[]];
  const whole = type === 'attribute' ? 'composite type' : type === 'domain constraint' ? 'domain' : undefined;
  return context.isSwapped(key) || (whole !== undefined && context.isSwapped(nodeKey(whole, identity.slice(0, -1))));
}

/** Relations have a type of their name. */
const WITH_TYPE_NAME = [...RELATIONS, 'enum', 'composite type', 'domain', 'range', 'base type'] as const;

function isTypeName(identity: readonly string[], { before, after }: Context): boolean {
  const keys = WITH_TYPE_NAME.map((type) => nodeKey(type, identity));
  return keys.some((key) => before.nodes.has(key) || after.nodes.has(key));
}

function swapStep(key: Key, columns: readonly Key[], guests: readonly Node[], context: Context): Step {
  const [before, after] = [context.before.nodes.get(key)!, context.after.nodes.get(key)!];
  const made = [
    ...WRITERS[after.type].make(after.one, context),
    ...accessOf(after.one, context),
    ...guestLines(guests, context),
  ];
  const own = columns.filter((column) => !isInheritedOnly(context.after.nodes.get(column)!.one));
  const pairs = own.map((column) => ({
    column: context.before.nodes.get(column)!.one,
    after: context.after.nodes.get(column)!.one,
  }));
  const all = new Set([key, ...columns, ...guests.map((guest) => guest.key)]);
  return {
    lines: typeSwap(before.one, made, pairs, (name) => isTypeName([before.one.identity[0]!, name], context)),
    drops: all,
    makes: all,
    rank: rankOf(after),
    name: key,
    late: false,
  };
}

function alterSteps(key: Key, change: Altered, guests: readonly Node[], isSwapped: boolean, context: Context): Step[] {
  const node = context.after.nodes.get(key)!;
  const properties = [...change.changed].filter(
    (name) => !isAccess(name, node.type) && !(isSwapped && ['type', 'collation'].includes(name)),
  );
  const altered = { ...change, changed: new Set(properties) };
  const isObject = key === nodeKey(node.one.type, node.one.identity);
  const isViewColumn = node.type === 'column' && carrierOfMake(node, context) !== undefined;
  const lines = [
    ...(properties.length === 0 || isViewColumn ? [] : (WRITERS[node.type].alter?.(altered, context) ?? [])),
    ...(isObject ? accessChanges(change.before, change.after, context) : []),
    ...guestLines(guests, context),
  ];
  const makes = new Set([key, ...guests.map((guest) => guest.key)]);
  const step: Step = {
    lines,
    drops: !isSwapped && isHeldUp(altered) ? new Set([key]) : new Set(),
    releases: new Set([key]),
    makes,
    rank: rankOf(node),
    name: key,
    late: false,
  };
  return [step, ...(isViewColumn ? [] : notNullSteps(altered, context)), ...rowSecuritySteps(altered)];
}

/** Whether what depends on its first state must go before it is altered: an index that is dropped at the end need not. */
function isHeldUp(change: Altered): boolean {
  if (change.after.type !== 'column') return false;
  const losesNotNull = change.changed.has('not null') && !change.after.properties['not null'];
  return (
    isRetyped(change) || losesNotNull || ['generated', 'identity', 'default'].some((name) => change.changed.has(name))
  );
}

/** The counter of an identity column that stays, under another name. */
function renamedSequences({ added, removed }: States, context: Context): Step[] {
  const { before, after } = context;
  const identity = (node: Node | undefined) =>
    node?.one.properties['of an identity column'] ? JSON.stringify(node.one.properties['owned by']) : undefined;
  const gone = new Map([...removed].map((key) => [identity(before.nodes.get(key)), key]));
  return [...added].flatMap((key) => {
    const [owner, node] = [identity(after.nodes.get(key)), after.nodes.get(key)!];
    const old = owner === undefined || node.type !== 'sequence' ? undefined : gone.get(owner);
    if (old === undefined) return [];
    const from = before.nodes.get(old)!.one;
    const lines = [
      line(`ALTER SEQUENCE ${objectName(from)} RENAME TO ${qualified(node.one.identity.slice(-1))}`),
      ...(WRITERS.sequence.alter?.({ before: from, after: node.one, changed: new Set(['start']) }, context) ?? []),
    ];
    return [{ lines, drops: new Set([old]), makes: new Set([key]), rank: RANK.sequence, name: key, late: false }];
  });
}
