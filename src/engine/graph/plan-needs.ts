import type { PlannedNeed } from '../../forecast/plan-report.ts';
import { isWeak, MigrationGraph } from '../../graph/graph.ts';
import type { Learner } from '../../known/known.ts';
import { reasonText } from '../../plan/standing.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { footprintsOf } from './footprints.ts';

/**
 * What each migration of a plan needs: of the plan by its header and by its SQL, of what is applied by its header. `learner` knows
 * the schema that is there.
 */
export async function needsOfPlan(
  planned: readonly PlannedMigration[],
  learner: Learner,
): Promise<ReadonlyMap<string, readonly PlannedNeed[]>> {
  const footprints = await footprintsOf(
    planned.map(({ migration }) => migration),
    learner,
  );
  const nodes = planned.map(({ version, migration: { file, description }, depends }, i) => ({
    version,
    file,
    description,
    depends,
    footprint: footprints[i],
  }));
  const graph = new MigrationGraph(nodes);
  return new Map(nodes.map(({ version, depends }) => [version, needsOf(graph, version, depends)]));
}

function needsOf(graph: MigrationGraph, version: string, depends: readonly string[]): PlannedNeed[] {
  const within = graph
    .needsOf(version)
    .filter((link) => !isWeak(link))
    .map(({ version: on, declared = false, inferred }) => {
      const [reason] = inferred?.reasons ?? [];
      return {
        version: on,
        declared,
        inferred: reason && !reason.weak ? reasonText(reason) : null,
        line: reason && !reason.weak ? reason.later.line : null,
        place: graph.placeOf(on),
      };
    });
  const applied = depends
    .filter((on) => graph.placeOf(on) < 0)
    .map((on) => ({ version: on, declared: true, inferred: null, line: null, place: -1 }));
  return [...applied, ...within].sort((a, b) => a.place - b.place).map(({ place: _, ...need }) => need);
}
