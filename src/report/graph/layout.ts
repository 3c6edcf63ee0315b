import { type BoxLayout, layoutBoxes, type Size } from './boxes.ts';
import { forestOf } from './forest.ts';
import type { Drawing, DrawnEdge, Item } from './item.ts';

export type { Box, Point } from './boxes.ts';

/**
 * Where everything of a drawing lies; the routes lead from what is needed to what needs it. Those that are missing have no way of
 * their own: they lie across others.
 */
export type Layout = BoxLayout<Item, DrawnEdge>;

/** Beyond that, the lines between distant boxes hide the boxes: these are laid out by what each hangs on first. */
const ITEMS_ROUTED_MAX = 80;

/** Lays out a drawing from left to right: what is needed stands to the left of what needs it. */
export function layoutOf({ items, edges }: Drawing, sizeOf: (item: Item) => Size): Layout {
  const lines = items.length > ITEMS_ROUTED_MAX ? treeEdges({ items, edges }) : edges;
  return layoutBoxes({ items, lines, sizeOf, ends: ({ from, to }) => ({ from: to, to: from }) });
}

/** By what the first migration of each item hangs on, which all others of it hang on. */
function treeEdges({ items, edges: all }: Drawing): DrawnEdge[] {
  const isOwn = ({ from, edges }: DrawnEdge) => edges.some((edge) => edge.from === from.nodes[0]!.version);
  const edges: DrawnEdge[] = [];
  const open = forestOf({ items, edges: all.filter(isOwn) }, 'dependents');
  for (const { by, branches } of open) {
    if (by) edges.push(by);
    open.push(...branches);
  }
  return edges;
}
