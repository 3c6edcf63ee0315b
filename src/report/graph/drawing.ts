import { contract } from './contract.ts';
import type { DocumentEdge, GraphDocument } from './document.ts';
import { foldAlike, foldRuns } from './fold.ts';
import { assemble, type Drawing, type Item } from './item.ts';

export interface DrawingOptions {
  /** Edges that only order two migrations, too. */
  readonly weak: boolean;
  /** Every migration by itself. */
  readonly all: boolean;
}

/** More boxes than that nobody finds anything among, and Mermaid refuses the lines between them. */
const ITEMS_MAX = 200;

/** What is to be drawn as a picture: of many migrations, those together that hang together. */
export function pictureOf(document: GraphDocument, options: DrawingOptions): Drawing {
  const { items, edges } = linesOf(document, options);
  if (options.all || items.length <= ITEMS_MAX) return assemble(items, edges);
  const fewer = foldAlike(items, edges, new Set(document.versions));
  return contract(assemble(fewer, edges), edges, ITEMS_MAX, new Set(document.versions));
}

/**
 * What is to be written line by line: only runs are drawn as one. What touches a version that was asked for is shown even where it
 * follows from others.
 */
export function listOf(document: GraphDocument, options: DrawingOptions): Drawing {
  const { items, edges } = linesOf(document, options, new Set(document.versions));
  return assemble(items, edges);
}

function linesOf(
  { nodes, edges, versions }: GraphDocument,
  { weak, all }: DrawingOptions,
  always: ReadonlySet<string> = new Set(),
) {
  const isNew = ({ implied, from, to }: DocumentEdge) => !implied || always.has(from) || always.has(to);
  const drawn = edges.filter((edge) => isNew(edge) && (weak || !edge.weak));
  const items = nodes.map((node): Item => ({ kind: 'single', nodes: [node] }));
  return { items: all ? items : foldRuns(items, drawn, withNeighbours(versions, drawn)), edges: drawn };
}

/** What was asked for, and what it is connected to itself. */
function withNeighbours(versions: readonly string[], edges: readonly DocumentEdge[]): Set<string> {
  const named = new Set(versions);
  const near = edges.filter(({ from, to }) => named.has(from) || named.has(to));
  return new Set([...versions, ...near.flatMap(({ from, to }) => [from, to])]);
}
