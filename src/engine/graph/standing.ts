import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { type Dependent, dependentsOf } from '../../plan/standing.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { readGraph } from './read-graph.ts';

export interface Standing {
  readonly dependents: readonly Dependent[];
  /** What is applied and may stand on it, too, for all that can be read of its SQL. */
  readonly unsure: readonly { readonly version: string; readonly why: string }[];
}

/** What was applied after a version and stands on it. Nothing is read where nothing was. */
export async function standingOn(
  { settings }: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  version: string,
): Promise<Standing> {
  const applied = statuses.filter(({ entry }) => entry !== undefined && inForce(entry));
  const orderOf = ({ entry }: MigrationStatus) => entry?.appliedOrder ?? 0;
  const own = applied.find((one) => one.version === version);
  const after = applied.filter((one) => own && orderOf(one) > orderOf(own));
  if (after.length === 0) return { dependents: [], unsure: [] };
  const { graph } = await readGraph(applied, { control, searchPath: settings.searchPath });
  const dependents = dependentsOf(graph, version, () => true);
  const found = new Set(dependents.map((one) => one.version));
  const unsure = graph.nodes
    .slice(graph.placeOf(version) + 1)
    .filter((one) => !found.has(one.version))
    .flatMap(({ version: other, file, footprint }) => {
      if (!footprint) return [{ version: other, why: 'its SQL is not known' }];
      const [first] = footprint.unknown;
      return first ? [{ version: other, why: `${file}:${first.line}: ${first.why}` }] : [];
    });
  return { dependents, unsure };
}
