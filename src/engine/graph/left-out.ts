import { isWeak } from '../../graph/graph.ts';
import { isToApply } from '../../plan/candidate.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { type Dependent, dependentLines, dependentOn } from '../../plan/standing.ts';
import type { UpPlan } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { searchPathInForce } from '../search-path.ts';
import { readGraph } from './read-graph.ts';

/**
 * `migrate --only`: refuses where the SQL of what is chosen needs a migration that no header names, that is pending and
 * that would be left out: it would fail, or do its work on what is not there yet.
 */
export async function refuseLeftOut(
  plan: UpPlan,
  only: string,
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
): Promise<void> {
  const taken = new Set([...plan.migrations, ...plan.skipped].map(({ version }) => version));
  const leftOut = new Set(
    statuses.filter((one) => isToApply(one) && !taken.has(one.version)).map(({ version }) => version),
  );
  if (leftOut.size === 0) return;
  const searchPath = await searchPathInForce(engine.settings, control);
  const { graph } = await readGraph(statuses, { control, searchPath, byNumber: true });
  const lacking = plan.migrations.flatMap(({ version }) =>
    graph
      .needsOf(version)
      .filter((link) => leftOut.has(link.version) && !isWeak(link))
      .map((link) => dependentOn(graph, version, link)),
  );
  if (lacking.length > 0) throw leftOutProblem(lacking, only);
}

function leftOutProblem(lacking: readonly Dependent[], only: string): Problem {
  const needed = [...new Set(lacking.map(({ on }) => on))];
  const [first] = lacking;
  return new Problem('order', `${only} needs ${needed.join(', ')}, which no header of it says`, {
    version: only,
    found: dependentLines(lacking, only).join('\n'),
    state: 'Nothing was run.',
    next: [
      `Apply everything up to it: taskflow-db migrate --to ${only}`,
      `Or say in the header of ${first?.version} what it needs: -- Depends: ${first?.on}`,
      `Or, if it does not matter that it runs before: taskflow-db migrate --only ${only} --allow-late`,
    ],
  });
}
