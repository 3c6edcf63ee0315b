import type { MigrationGraph } from './graph.ts';

/** Which part of a graph is asked for: all of it, what versions need, what stands on them, or both. */
export interface GraphPart {
  readonly kind: 'whole' | 'from' | 'impact' | 'around';
  /** None for the whole. */
  readonly versions: readonly string[];
}

/** The versions of a part, those that were asked for among them. */
export function versionsOf(graph: MigrationGraph, { kind, versions }: GraphPart): Set<string> {
  if (kind === 'whole') return new Set(graph.nodes.map(({ version }) => version));
  const found = new Set(versions);
  for (const version of versions) {
    if (kind !== 'impact') for (const one of graph.foundationOf(version)) found.add(one);
    if (kind !== 'from') for (const one of graph.standingOn(version)) found.add(one);
  }
  return found;
}

/**
 * Versions outside a part that might belong to it: what they do is not known in full, and they run behind one that others are
 * asked to stand on.
 */
export function doubtful(graph: MigrationGraph, { kind, versions }: GraphPart, found: ReadonlySet<string>): string[] {
  if (kind === 'whole' || kind === 'from') return [];
  const first = Math.min(...versions.map((version) => graph.placeOf(version)));
  return graph.nodes
    .slice(first + 1)
    .filter(({ version, footprint }) => !found.has(version) && (footprint?.unknown.length ?? 1) > 0)
    .map(({ version }) => version);
}
