import type { DocumentEdge, DocumentNode } from './document.ts';
import type { Item } from './item.ts';

/** So many that lie between the ends of a run make an item. */
const RUN_MIN = 3;
/** So many that are alike. */
const ALIKE_MIN = 3;

/** Makes items of what lies between the ends of runs; of nothing in `kept`, and of one state each. */
export function foldRuns(
  items: readonly Item[],
  edges: readonly DocumentEdge[],
  kept: ReadonlySet<string>,
): readonly Item[] {
  const links = linksOf(items, edges);
  const nodes = new Map(items.flatMap((item) => item.nodes.map((node) => [node.version, node] as const)));
  const isInner = ({ version }: DocumentNode) => {
    const { needs, dependents } = links.get(version)!;
    return needs.length === 1 && dependents.length === 1 && !kept.has(version);
  };
  const seen = new Set<string>();
  const runs: DocumentNode[][] = [];
  for (const node of nodes.values()) {
    const run: DocumentNode[] = [];
    for (let at = node; isInner(at) && !seen.has(at.version) && at.state === node.state; ) {
      run.push(at);
      seen.add(at.version);
      at = nodes.get(links.get(at.version)!.dependents[0]!)!;
    }
    runs.push(run);
  }
  return merged(
    items,
    'run',
    runs.filter(({ length }) => length >= RUN_MIN),
  );
}

/** Makes items of single ones that need the same and on which the same stand. */
export function foldAlike(
  items: readonly Item[],
  edges: readonly DocumentEdge[],
  named: ReadonlySet<string>,
): readonly Item[] {
  const links = linksOf(items, edges);
  const groups = new Map<string, DocumentNode[]>();
  for (const { kind, nodes } of items) {
    const [node] = nodes;
    if (kind !== 'single' || named.has(node!.version)) continue;
    const { needs, dependents } = links.get(node!.version)!;
    const key = [node!.state, ...[...needs].sort(), '', ...[...dependents].sort()].join('\0');
    const group = groups.get(key);
    if (group) group.push(node!);
    else groups.set(key, [node!]);
  }
  return merged(
    items,
    'alike',
    [...groups.values()].filter(({ length }) => length >= ALIKE_MIN),
  );
}

interface Links {
  readonly needs: string[];
  readonly dependents: string[];
}

function linksOf(items: readonly Item[], edges: readonly DocumentEdge[]): ReadonlyMap<string, Links> {
  const versions = items.flatMap(({ nodes }) => nodes.map(({ version }) => version));
  const links = new Map(versions.map((version): [string, Links] => [version, { needs: [], dependents: [] }]));
  for (const { from, to } of edges) {
    links.get(from)!.needs.push(to);
    links.get(to)!.dependents.push(from);
  }
  return links;
}

/** Each group becomes an item, in the place of its first migration. */
function merged(items: readonly Item[], kind: Item['kind'], groups: readonly (readonly DocumentNode[])[]): Item[] {
  const groupOf = new Map(groups.flatMap((nodes) => nodes.map(({ version }) => [version, nodes] as const)));
  return items.flatMap((item): Item[] => {
    const [first] = item.nodes;
    const nodes = groupOf.get(first!.version);
    if (!nodes) return [item];
    return nodes[0] === first ? [{ kind, nodes }] : [];
  });
}
