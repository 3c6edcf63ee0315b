import type { Footprint } from './access.ts';
import { type InferredEdge, inferEdges } from './inferred.ts';

/** A `Depends:` header: `from` has to come after `to`. */
export interface DeclaredEdge {
  readonly from: string;
  readonly to: string;
}

/** A migration as the graph holds it, in the order in which they run. */
export interface GraphNode {
  readonly version: string;
  /** As people see the path; undefined where nobody has the file any more. */
  readonly file: string | undefined;
  readonly description: string;
  /** As resolved from `Depends:`. */
  readonly depends: readonly string[];
  /** Undefined where its SQL is not known: then nothing is inferred of it. */
  readonly footprint: Footprint | undefined;
}

/** Which migrations need which: by what people wrote, and by what the SQL does. */
export class MigrationGraph {
  readonly nodes: readonly GraphNode[];
  readonly declared: readonly DeclaredEdge[];
  readonly inferred: readonly InferredEdge[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #dependents: Links = new Map();
  readonly #needs: Links = new Map();

  /** `nodes` in the order in which they run, or ran. */
  constructor(nodes: readonly GraphNode[]) {
    this.nodes = nodes;
    this.#places = new Map(nodes.map(({ version }, place) => [version, place]));
    this.declared = nodes.flatMap(({ version, depends }) =>
      depends.filter((to) => this.#places.has(to)).map((to) => ({ from: version, to })),
    );
    this.inferred = inferEdges(nodes.flatMap(({ footprint }) => footprint ?? []));
    for (const { from, to } of this.declared) this.#link(from, to, { declared: true });
    for (const edge of this.inferred) this.#link(edge.from, edge.to, { inferred: edge });
  }

  /** Where it runs, from 0; -1 where it is none of these. */
  placeOf(version: string): number {
    return this.#places.get(version) ?? -1;
  }

  /** What a version needs itself. */
  needsOf(version: string): readonly Link[] {
    return [...(this.#needs.get(version)?.values() ?? [])];
  }

  /** What needs a version itself. */
  dependentsOf(version: string): readonly Link[] {
    return [...(this.#dependents.get(version)?.values() ?? [])];
  }

  /** All that stands on a version, through others too, in the order in which they run; weak edges do not count. */
  standingOn(version: string): string[] {
    return this.#reached(version, (one) => this.dependentsOf(one));
  }

  /** All that a version stands on. */
  foundationOf(version: string): string[] {
    return this.#reached(version, (one) => this.needsOf(one));
  }

  #reached(version: string, linksOf: (version: string) => readonly Link[]): string[] {
    const seen = new Set([version]);
    for (const one of seen) for (const link of linksOf(one)) if (!isWeak(link)) seen.add(link.version);
    seen.delete(version);
    return [...seen].sort((a, b) => this.placeOf(a) - this.placeOf(b));
  }

  #link(from: string, to: string, how: Pick<Link, 'declared' | 'inferred'>): void {
    addTo(this.#needs, from, to, how);
    addTo(this.#dependents, to, from, how);
  }
}

/** Another migration, and by what the two are connected: one of both, or both. */
export interface Link {
  readonly version: string;
  readonly declared?: boolean;
  readonly inferred?: InferredEdge;
}

export function isWeak({ declared, inferred }: Link): boolean {
  return !declared && inferred?.weak === true;
}

/** By version, and by the version at the other end. */
type Links = Map<string, Map<string, Link>>;

function addTo(links: Links, key: string, version: string, how: Pick<Link, 'declared' | 'inferred'>): void {
  let own = links.get(key);
  if (!own) {
    own = new Map();
    links.set(key, own);
  }
  own.set(version, { version, ...own.get(version), ...how });
}
