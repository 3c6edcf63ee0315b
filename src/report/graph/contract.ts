import type { DocumentEdge, DocumentNode } from './document.ts';
import { forestOf, type Tree } from './forest.ts';
import { assemble, type Drawing, type Item } from './item.ts';

/**
 * Draws as one what hangs on a migration, the small branches first, until about `most` items are left or all that hangs together
 * is one. What was named stays by itself, and so does what has another state than the one it hangs on.
 */
export function contract(
  drawing: Drawing,
  edges: readonly DocumentEdge[],
  most: number,
  named: ReadonlySet<string>,
): Drawing {
  const branches = forestOf(drawing, 'dependents').flatMap((tree) => measured(tree, named));
  let items = drawing.items;
  for (let size = 2; items.length > most && size <= 2 * edges.length; size = Math.ceil(size * 1.25))
    items = contracted(branches, size);
  const order = new Map(drawing.items.flatMap(({ nodes }) => nodes).map(({ version }, i) => [version, i]));
  const place = ({ nodes }: Item) => order.get(nodes[0]!.version)!;
  return assemble(
    [...items].sort((a, b) => place(a) - place(b)),
    edges,
  );
}

interface Branch {
  readonly tree: Tree;
  above: Branch | undefined;
  /** Migrations in it. */
  size: number;
  /** Whether all of it may be drawn as one. */
  mayFold: boolean;
}

/** A tree's branches, each behind the one that it hangs on. */
function measured(root: Tree, named: ReadonlySet<string>): Branch[] {
  const found: Branch[] = [branchOf(root, undefined, named)];
  for (const branch of found) for (const one of branch.tree.branches) found.push(branchOf(one, branch, named));
  for (const { above, tree, size, mayFold } of found.toReversed()) {
    if (!above) continue;
    above.size += size;
    if (!mayFold || stateOf(tree) !== stateOf(above.tree)) above.mayFold = false;
  }
  return found;
}

function branchOf(tree: Tree, above: Branch | undefined, named: ReadonlySet<string>): Branch {
  const { nodes } = tree.item;
  return { tree, above, size: nodes.length, mayFold: !nodes.some(({ version }) => named.has(version)) };
}

function stateOf({ item }: Tree): DocumentNode['state'] {
  return item.nodes[0]!.state;
}

function contracted(branches: readonly Branch[], size: number): Item[] {
  const groups = new Map<Branch, Branch[]>();
  const topOf = new Map<Branch, Branch>();
  for (const branch of branches) {
    const above = branch.above && topOf.get(branch.above);
    const top = above && folds(above, size) ? above : branch;
    topOf.set(branch, top);
    groups.set(top, [...(groups.get(top) ?? []), branch]);
  }
  return [...groups].map(([top, group]) => {
    if (group.length === 1) return top.tree.item;
    return { kind: 'branch', nodes: group.flatMap(({ tree }) => tree.item.nodes) };
  });
}

function folds(branch: Branch, size: number): boolean {
  return branch.mayFold && branch.size <= size;
}
