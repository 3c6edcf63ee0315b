/** What one has to come after the other by; `weak`: nothing stands on it. */
export interface OrderEdge {
  readonly from: string;
  readonly to: string;
  readonly weak: boolean;
}

/**
 * The edges that say nothing new, because a way over others leads to the same version: of strong edges, for a strong one.
 * `versions` in the order in which they run; an edge against it is never implied. Time and space are the square of the versions,
 * at a bit each.
 */
export function impliedEdges<E extends OrderEdge>(versions: readonly string[], edges: readonly E[]): Set<E> {
  const strong = edges.filter(({ weak }) => !weak);
  const implied = new Set(impliedBy(versions, strong));
  const all = impliedBy(versions, edges);
  for (const edge of all) if (edge.weak) implied.add(edge);
  return implied;
}

function impliedBy<E extends OrderEdge>(versions: readonly string[], edges: readonly E[]): E[] {
  const places = new Map(versions.map((version, place) => [version, place]));
  const needs: { edge: E; place: number }[][] = versions.map(() => []);
  for (const edge of edges) {
    const [from, place] = [places.get(edge.from), places.get(edge.to)];
    if (from !== undefined && place !== undefined && place < from) needs[from]!.push({ edge, place });
  }
  const words = Math.ceil(versions.length / 32);
  const reached: Uint32Array[] = [];
  return needs.flatMap((own) => {
    const below = new Uint32Array(words);
    reached.push(below);
    // From the last to the first: what lies between is looked at before.
    return own
      .sort((a, b) => b.place - a.place)
      .flatMap(({ edge, place }) => {
        if (has(below, place)) return [edge];
        addAll(below, reached[place]!);
        below[place >>> 5]! |= 1 << (place & 31);
        return [];
      });
  });
}

function has(set: Uint32Array, place: number): boolean {
  return (set[place >>> 5]! & (1 << (place & 31))) !== 0;
}

function addAll(set: Uint32Array, others: Uint32Array): void {
  for (let i = 0; i < others.length; i++) set[i]! |= others[i]!;
}
