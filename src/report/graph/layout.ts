import { Graph, layout } from '@dagrejs/dagre';
import { forestOf } from './forest.ts';
import type { Drawing, DrawnEdge, Item } from './item.ts';

/** A rectangle; x and y are of its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything of a drawing lies. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<Item, Box>;
  /** From what is needed to what needs it. Those that are missing have no way of their own: they lie across others. */
  readonly routes: ReadonlyMap<DrawnEdge, readonly Point[]>;
}

/** Beyond that, the lines between distant boxes hide the boxes: these are laid out by what each hangs on first. */
const ITEMS_ROUTED_MAX = 80;

type Size = Pick<Box, 'width' | 'height'>;

const GAP = 28;
const WIDTH_LEAST = 1100;

/**
 * Lays out a drawing from left to right: what is needed stands to the left of what needs it. What is connected is laid out
 * together (that is much faster, too), and these parts row by row, the large ones first.
 */
export function layoutOf(drawing: Drawing, sizeOf: (item: Item) => Size): Layout {
  const routed =
    drawing.items.length > ITEMS_ROUTED_MAX ? { items: drawing.items, edges: treeEdges(drawing) } : drawing;
  const parts = partsOf(routed).map((part) => layoutPart(part, sizeOf));
  const area = parts.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const limit = Math.max(WIDTH_LEAST, 1.25 * Math.sqrt(area), ...parts.map(({ width }) => width));
  const boxes = new Map<Item, Box>();
  const routes = new Map<DrawnEdge, readonly Point[]>();
  let [x, y, row, width] = [0, 0, 0, 0];
  for (const part of parts) {
    if (x > 0 && x + part.width > limit) [x, y, row] = [0, y + row + GAP, 0];
    const [left, top] = [x, y];
    for (const [item, box] of part.boxes) boxes.set(item, { ...box, x: box.x + left, y: box.y + top });
    for (const [edge, points] of part.routes)
      routes.set(
        edge,
        points.map((point) => ({ x: point.x + left, y: point.y + top })),
      );
    [x, row, width] = [x + part.width + GAP, Math.max(row, part.height), Math.max(width, x + part.width)];
  }
  return { width, height: y + row, boxes, routes };
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

/** What is connected, the largest first; what stands alone comes last. */
function partsOf({ items, edges }: Drawing): Drawing[] {
  const neighbours = new Map(items.map((item) => [item, [] as Item[]]));
  for (const { from, to } of edges) {
    neighbours.get(from)!.push(to);
    neighbours.get(to)!.push(from);
  }
  const partOf = new Map<Item, number>();
  let count = 0;
  for (const item of items) {
    if (partOf.has(item)) continue;
    const found = new Set([item]);
    for (const one of found) for (const next of neighbours.get(one)!) found.add(next);
    for (const one of found) partOf.set(one, count);
    count++;
  }
  const parts = Array.from({ length: count }, () => ({ items: [] as Item[], edges: [] as DrawnEdge[] }));
  for (const item of items) parts[partOf.get(item)!]!.items.push(item);
  for (const edge of edges) parts[partOf.get(edge.from)!]!.edges.push(edge);
  return parts.sort((a, b) => b.items.length - a.items.length);
}

function layoutPart({ items, edges }: Drawing, sizeOf: (item: Item) => Size): Layout {
  const graph = new Graph<Size, Box, { points: readonly Point[] }>({})
    .setGraph({ rankdir: 'LR', nodesep: 12, edgesep: 8, ranksep: 44, ranker: 'tight-tree' } as never)
    .setDefaultEdgeLabel(() => ({ points: [] }));
  const ids = new Map(items.map((item, i) => [item, String(i)]));
  for (const item of items) graph.setNode(ids.get(item)!, { ...sizeOf(item), x: 0, y: 0 });
  for (const { from, to } of edges) graph.setEdge(ids.get(to)!, ids.get(from)!);
  layout(graph);
  const { width, height } = graph.graph() as Size;
  return {
    width,
    height,
    boxes: new Map(items.map((item) => [item, boxAt(graph.node(ids.get(item)!))])),
    routes: routesOf(),
  };

  function routesOf() {
    return new Map(edges.map((edge) => [edge, graph.edge(ids.get(edge.to)!, ids.get(edge.from)!).points] as const));
  }
}

/** The library gives the middle. */
function boxAt({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}
