import type { Drawing, DrawnEdge, Item } from './item.ts';

/** An item where it is shown, once. */
export interface Tree {
  readonly item: Item;
  /** By which it hangs on the one above; undefined for a root. */
  readonly by: DrawnEdge | undefined;
  /** What else it is connected to on the side of the root. */
  readonly also: readonly DrawnEdge[];
  readonly branches: readonly Tree[];
}

/** Down the page stands what needs the one above (`dependents`), or what that needs (`needs`). */
export type Direction = 'dependents' | 'needs';

/**
 * A graph as trees that show each item once. With `from`, only what hangs on that item, as near to it as can be; else all, each
 * below the last of those that it needs.
 */
export function forestOf({ items, edges }: Drawing, direction: Direction, from?: Item): Tree[] {
  const [rootEnd, leafEnd] = direction === 'dependents' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const place = new Map(items.map((item, i) => [item, i]));
  const depth = from && depthsOf(groupBy(edges, rootEnd), leafEnd, from);
  const rank = (edge: DrawnEdge) => (depth ? -depth.get(edge[rootEnd])! : place.get(edge[rootEnd])!);
  const shown = depth ? items.filter((item) => depth.has(item)) : items;
  const toRoot = groupBy(edges, leafEnd);
  const above = new Map(
    shown.map((item) => {
      const reachable = (toRoot.get(item) ?? []).filter((edge) => item !== from && (depth?.has(edge[rootEnd]) ?? true));
      return [item, reachable.sort((a, b) => strength(b) - strength(a) || rank(b) - rank(a))] as const;
    }),
  );
  const hanging = groupBy(
    shown.flatMap((item) => above.get(item)!.slice(0, 1)),
    rootEnd,
  );
  const roots = from ? [from] : shown.filter((item) => above.get(item)!.length === 0);
  return grow(roots, shown, (item) => (hanging.get(item) ?? []).map((edge) => edge[leafEnd]), above);
}

/** What hangs on something by a strong edge is shown there. */
function strength({ kind }: DrawnEdge): number {
  return kind === 'weak' ? 0 : 1;
}

function groupBy(edges: readonly DrawnEdge[], end: 'from' | 'to'): Map<Item, DrawnEdge[]> {
  const groups = new Map<Item, DrawnEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge[end]);
    if (group) group.push(edge);
    else groups.set(edge[end], [edge]);
  }
  return groups;
}

function depthsOf(
  onward: ReadonlyMap<Item, readonly DrawnEdge[]>,
  end: 'from' | 'to',
  from: Item,
): ReadonlyMap<Item, number> {
  const found = new Map([[from, 0]]);
  for (const [item, depth] of found)
    for (const edge of onward.get(item) ?? []) if (!found.has(edge[end])) found.set(edge[end], depth + 1);
  return found;
}

/** Without recursion: a run may be as long as a set. What stands in a circle has no root: its first one becomes one. */
function grow(
  roots: readonly Item[],
  shown: readonly Item[],
  branchesOf: (item: Item) => readonly Item[],
  above: ReadonlyMap<Item, readonly DrawnEdge[]>,
): Tree[] {
  const seen = new Set<Item>();
  const forest: Tree[] = [];
  for (const root of [...roots, ...shown]) {
    if (seen.has(root)) continue;
    seen.add(root);
    const isRoot = above.get(root)!.length === 0;
    const tree = { item: root, by: undefined, also: isRoot ? [] : above.get(root)!, branches: [] as Tree[] };
    forest.push(tree);
    for (const { item, branches } of walkOf(tree)) {
      for (const branch of branchesOf(item)) {
        if (seen.has(branch)) continue;
        seen.add(branch);
        const [by, ...also] = above.get(branch)!;
        (branches as Tree[]).push({ item: branch, by, also, branches: [] });
      }
    }
  }
  return forest;
}

/** A tree while it grows: what is added to one that was given out comes next. */
function* walkOf(tree: Tree): Generator<Tree> {
  const open = [tree];
  for (const one of open) {
    yield one;
    open.push(...one.branches);
  }
}
