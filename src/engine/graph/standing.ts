import type { MigrationGraph } from '../../graph/graph.ts';
import type { InferredEdge, Reason } from '../../graph/inferred.ts';
import { describeObject } from '../../graph/object.ts';
import type { Migration } from '../../migration/migration.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { type Dependent, dependentsOf } from '../../plan/standing.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { searchPathInForce } from '../search-path.ts';
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
  const behind = own && wayBackOf(own);
  const { graph, needsBehind } = await readGraph(applied, {
    control,
    searchPath: await searchPathInForce(settings, control),
    behind,
  });
  const dependents = withTakers(graph, version, needsBehind);
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

const WAY_BACK = 'way back of ';

/** As if it were the next migration. */
function wayBackOf({ version, file, state }: MigrationStatus): Migration | undefined {
  const migration = state === 'modified' ? undefined : file?.load();
  if (migration?.rollback.kind !== 'sql') return undefined;
  const { large: _, ...rest } = migration;
  return { ...rest, version: WAY_BACK + version, statements: migration.rollback.statements };
}

/** Those that stand on it, and those that have dropped what its way back needs, with what stands on them; in their order. */
function withTakers(graph: MigrationGraph, version: string, needsBehind: readonly InferredEdge[]): Dependent[] {
  const dependents = new Map(dependentsOf(graph, version).map((one) => [one.version, one]));
  for (const { to, reasons } of needsBehind) {
    const reason = reasons.find(({ earlier, weak }) => earlier.manner === 'drops' && !weak);
    if (!reason || dependents.has(to) || graph.placeOf(to) <= graph.placeOf(version)) continue;
    for (const one of dependentsOf(graph, to)) if (!dependents.has(one.version)) dependents.set(one.version, one);
    dependents.set(to, takerOf(graph, version, to, reason));
  }
  return [...dependents.values()].sort((a, b) => graph.placeOf(a.version) - graph.placeOf(b.version));
}

function takerOf(graph: MigrationGraph, on: string, version: string, { object, earlier }: Reason): Dependent {
  const { file } = graph.nodes[graph.placeOf(version)]!;
  return {
    version,
    on,
    reason: `drops ${describeObject(object)}, which its way back needs`,
    place: file === undefined ? undefined : `${file}:${earlier.line}`,
  };
}
