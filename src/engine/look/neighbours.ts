import type { Link } from '../../graph/graph.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { reasonText } from '../../plan/standing.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { readGraph } from '../graph/read-graph.ts';
import { searchPathInForce } from '../search-path.ts';

/** One dependency of a version: on whom or by whom, and why. */
export interface Neighbour {
  readonly version: string;
  /** By a `Depends:` header. */
  readonly declared: boolean;
  /** It orders the two, but neither stands on the other. */
  readonly weak: boolean;
  /** What the SQL of the later one does with what the earlier one made, and where. */
  readonly reasons: readonly { readonly text: string; readonly line: number }[];
}

/** What a version needs, and what needs it, each directly; nothing of one that a squash stands for. */
export async function neighboursOf(
  { settings }: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  version: string,
): Promise<{ needs: Neighbour[]; neededBy: Neighbour[] }> {
  const searchPath = await searchPathInForce(settings, control);
  const { graph } = await readGraph(statuses, { control, searchPath });
  if (!graph.nodes.some((node) => node.version === version)) return { needs: [], neededBy: [] };
  return { needs: graph.needsOf(version).map(linkOf), neededBy: graph.dependentsOf(version).map(linkOf) };
}

function linkOf({ version, declared = false, inferred }: Link): Neighbour {
  return {
    version,
    declared,
    weak: !declared && inferred?.weak === true,
    reasons: (inferred?.reasons ?? []).map((reason) => ({ text: reasonText(reason), line: reason.later.line })),
  };
}
