import { Graph, layout } from '@dagrejs/dagre';

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

export type Size = Pick<Box, 'width' | 'height'>;

/** What is to be laid out: a line leads from `from`, on the left, to `to`. */
export interface Boxes<Item extends object, Line extends object> {
  readonly items: readonly Item[];
  readonly lines: readonly Line[];
  ends(line: Line): { readonly from: Item; readonly to: Item };
  sizeOf(item: Item): Size;
}

/** Where everything lies. */
export interface BoxLayout<Item, Line> {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<Item, Box>;
  /** From the left end to the right one. */
  readonly routes: ReadonlyMap<Line, readonly Point[]>;
}

const GAP = 28;
const WIDTH_LEAST = 1100;

/**
 * Lays out from left to right. What is connected is laid out together (that is much faster, too), and these parts row by row,
 * the large ones first. Of two boxes with several lines only one line is laid out, and a line from a box to itself is not.
 */
export function layoutBoxes<Item extends object, Line extends object>(
  all: Boxes<Item, Line>,
  widthLeast = WIDTH_LEAST,
): BoxLayout<Item, Line> {
  const parts = partsOf(all).map((part) => layoutPart(part));
  const area = parts.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const limit = Math.max(widthLeast, 1.25 * Math.sqrt(area), ...parts.map(({ width }) => width));
  const boxes = new Map<Item, Box>();
  const routes = new Map<Line, readonly Point[]>();
  let [x, y, row, width] = [0, 0, 0, 0];
  for (const part of parts) {
    if (x > 0 && x + part.width > limit) [x, y, row] = [0, y + row + GAP, 0];
    const [left, top] = [x, y];
    for (const [item, box] of part.boxes) boxes.set(item, { ...box, x: box.x + left, y: box.y + top });
    for (const [line, points] of part.routes)
      routes.set(
        line,
        points.map((point) => ({ x: point.x + left, y: point.y + top })),
      );
    [x, row, width] = [x + part.width + GAP, Math.max(row, part.height), Math.max(width, x + part.width)];
  }
  return { width, height: y + row, boxes, routes };
}

/** What is connected, the largest first; what stands alone comes last. */
function partsOf<Item extends object, Line extends object>(all: Boxes<Item, Line>): Boxes<Item, Line>[] {
  const { items, lines, ends } = all;
  const neighbours = new Map(items.map((item) => [item, [] as Item[]]));
  for (const line of lines) {
    const { from, to } = ends(line);
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
  const parts = Array.from({ length: count }, () => ({ items: [] as Item[], lines: [] as Line[] }));
  for (const item of items) parts[partOf.get(item)!]!.items.push(item);
  for (const line of lines) parts[partOf.get(ends(line).from)!]!.lines.push(line);
  return parts.map((part) => ({ ...all, ...part })).sort((a, b) => b.items.length - a.items.length);
}

function layoutPart<Item extends object, Line extends object>({
  items,
  lines,
  ends,
  sizeOf,
}: Boxes<Item, Line>): BoxLayout<Item, Line> {
  const graph = new Graph<Size, Box, { points: readonly Point[] }>({})
    .setGraph({ rankdir: 'LR', nodesep: 12, edgesep: 8, ranksep: 44, ranker: 'tight-tree' } as never)
    .setDefaultEdgeLabel(() => ({ points: [] }));
  const ids = new Map(items.map((item, i) => [item, String(i)]));
  for (const item of items) graph.setNode(ids.get(item)!, { ...sizeOf(item), x: 0, y: 0 });
  const idsOf = (line: Line) => [ids.get(ends(line).from)!, ids.get(ends(line).to)!] as const;
  const between = lines.filter((line) => ends(line).from !== ends(line).to);
  for (const line of between) graph.setEdge(...idsOf(line));
  layout(graph);
  const { width, height } = graph.graph() as Size;
  return {
    width,
    height,
    boxes: new Map(items.map((item) => [item, boxAt(graph.node(ids.get(item)!))])),
    routes: new Map(between.map((line) => [line, graph.edge(...idsOf(line)).points] as const)),
  };
}

/** The library gives the middle. */
function boxAt({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}
