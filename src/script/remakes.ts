import { isAccess } from './access.ts';
import type { Altered, Context } from './context.ts';
import { WRITERS } from './kinds/writers.ts';
import type { Edge, Key, Node, NodeType, Side } from './side.ts';
import { isRetyped, type States } from './states.ts';

export interface Remakes {
  /** In both schemas, to be dropped and made again. */
  readonly made: ReadonlySet<Key>;
  /** Types that columns keep using: made beside the old one, which then goes. By type the columns. */
  readonly swapped: ReadonlyMap<Key, readonly Key[]>;
}

const SWAPPABLE: ReadonlySet<NodeType> = new Set<NodeType>(['enum', 'domain', 'composite type', 'range']);

/** What is written out in terms of a column, so that the column's type cannot change under it. */
const WRITTEN_OUT: ReadonlySet<NodeType> = new Set<NodeType>([
  'view',
  'materialized view',
  'rule',
  'policy',
  'trigger',
  'function',
  'procedure',
  'column',
  'default',
]);

/** What cannot be altered in place, and what depends on that in turn. */
export function remakesOf(states: States, context: Context): Remakes {
  const search = new Search(states, context);
  for (const [key, change] of states.changed) search.changed(key, change);
  for (const key of states.removed) search.gone(key);
  search.run();
  search.settle();
  return { made: search.made, swapped: search.swapped };
}

class Search {
  readonly made = new Set<Key>();
  readonly swapped = new Map<Key, Key[]>();
  private readonly before: Side;
  private readonly after: Side;
  private readonly states: States;
  private readonly context: Context;
  private readonly queue: (() => void)[] = [];

  constructor(states: States, context: Context) {
    this.states = states;
    this.context = context;
    this.before = context.before;
    this.after = context.after;
  }

  run(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) next();
  }

  /** Columns that are made anew with their table, or alone, need no conversion; a type that no other column has, no swap. */
  settle(): void {
    for (const [type, columns] of this.swapped) {
      const kept = columns.filter((key) => !this.made.has(key) && !this.made.has(tableKey(key)));
      this.swapped.set(type, kept);
      if (kept.length > 0) continue;
      this.swapped.delete(type);
      this.made.add(type);
    }
  }

  changed(key: Key, change: Altered): void {
    const node = this.after.nodes.get(key)!;
    if (needsRemaking(node, change, this.context)) this.remake(key);
    else if (isRetyped(change) && !isOfView(node, this.after)) this.retyped(key);
    else if (node.type === 'attribute') this.attributeChanged(node, change);
  }

  /** Within columns a type's attributes cannot change their types. */
  private attributeChanged({ one }: Node, { changed }: Altered): void {
    const type = JSON.stringify(['composite type', ...one.identity.slice(0, -1)]);
    if (changed.has('type') && this.columnsOf(type).length > 0) this.remake(type);
  }

  gone(key: Key): void {
    this.queue.push(() => {
      for (const edge of this.before.neededBy(key)) this.follow(edge);
    });
  }

  private remake(key: Key): void {
    if (this.made.has(key) || this.swapped.has(key)) return;
    const type = this.after.nodes.get(key)!.type;
    const columns = SWAPPABLE.has(type) ? this.columnsOf(key) : [];
    if (columns.length === 0) this.made.add(key);
    else this.swapped.set(key, columns);
    for (const column of columns) this.retyped(column);
    this.gone(key);
  }

  /** Columns that have the type before and after. */
  private columnsOf(type: Key): Key[] {
    const using = (side: Side) =>
      side
        .neededBy(type)
        .filter(({ from }) => side.nodes.get(from)?.type === 'column' && !isOfView(side.nodes.get(from)!, side));
    const after = new Set(using(this.after).map(({ from }) => from));
    return using(this.before)
      .map(({ from }) => from)
      .filter((key) => after.has(key));
  }

  private retyped(key: Key): void {
    this.queue.push(() => {
      for (const { from } of this.before.neededBy(key)) {
        const node = this.before.nodes.get(from)!;
        if (!this.after.nodes.has(from) || !WRITTEN_OUT.has(node.type)) continue;
        if (node.type !== 'column' || node.one.properties.generated !== undefined) this.remake(from);
      }
    });
  }

  /** `from` depends on something that goes. */
  private follow({ from, to, how }: Edge): void {
    const node = this.after.nodes.get(from);
    if (!node || how === 'after' || how === 'order of drops') return;
    if (how === 'needs' && this.isReleased(from, to)) return;
    const isColumnOfSwapped = node.type === 'column' && this.swapped.get(to)?.includes(from);
    if (!isColumnOfSwapped) this.remake(from);
  }

  /** It is altered so that it does not depend on it any more. */
  private isReleased(from: Key, to: Key): boolean {
    if (!this.states.changed.has(from) || this.made.has(from)) return false;
    return !this.after.needs(from).some((edge) => edge.to === to);
  }
}

function tableKey(column: Key): Key {
  const [, ...identity] = JSON.parse(column) as [string, ...string[]];
  return JSON.stringify(['table', ...identity.slice(0, -1)]);
}

function isOfView({ one, type }: Node, side: Side): boolean {
  if (type !== 'column') return false;
  const parent = one.identity.slice(0, -1);
  return ['view', 'materialized view'].some((kind) => side.nodes.has(JSON.stringify([kind, ...parent])));
}

function needsRemaking(node: Node, change: Altered, context: Context): boolean {
  const changed = new Set([...change.changed].filter((name) => !isAccess(name, node.type)));
  if (changed.size === 0 || isOfView(node, context.after)) return false;
  const writer = WRITERS[node.type];
  return !writer.alter || context.isLoose(node.key) || writer.remakes?.({ ...change, changed }, context) === true;
}
