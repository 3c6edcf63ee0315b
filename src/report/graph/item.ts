import type { DocumentEdge, DocumentNode } from './document.ts';

/** What is drawn as one: a migration, or several that would only repeat each other. */
export interface Item {
  /**
   * `run`: each stands on the one before and on nothing else; `alike`: all have the same needs, and the same stand on them;
   * `branch`: the others stand on the first.
   */
  readonly kind: 'single' | 'run' | 'alike' | 'branch';
  /** In the order in which they run; of a single one, it alone. */
  readonly nodes: readonly DocumentNode[];
}

export type LineKind = 'declared' | 'inferred' | 'weak';

/** `from` needs `to`. */
export interface DrawnEdge {
  readonly from: Item;
  readonly to: Item;
  readonly kind: LineKind;
  /** The edge of each migration of the items. */
  readonly edges: readonly DocumentEdge[];
}

/** What a picture shows of a document: every edge is drawn, lies inside an item, or follows from those that are drawn. */
export interface Drawing {
  /** In the order in which they run. */
  readonly items: readonly Item[];
  readonly edges: readonly DrawnEdge[];
}

/** Puts the edges of migrations between the items that these are in. */
export function assemble(items: readonly Item[], edges: readonly DocumentEdge[]): Drawing {
  const itemOf = new Map(items.flatMap((item) => item.nodes.map(({ version }) => [version, item] as const)));
  const between = new Map<Item, Map<Item, DocumentEdge[]>>();
  for (const edge of edges) {
    const [from, to] = [itemOf.get(edge.from)!, itemOf.get(edge.to)!];
    if (from === to) continue;
    const ends = between.get(from) ?? new Map<Item, DocumentEdge[]>();
    between.set(from, ends.set(to, [...(ends.get(to) ?? []), edge]));
  }
  const drawn = [...between].flatMap(([from, ends]) =>
    [...ends].map(([to, found]) => ({ from, to, kind: kindOf(found), edges: found })),
  );
  return { items, edges: drawn };
}

function kindOf(edges: readonly DocumentEdge[]): LineKind {
  if (edges.every(({ declared }) => declared)) return 'declared';
  return edges.every(({ weak }) => weak) ? 'weak' : 'inferred';
}
