import type { MigrationGraph } from '../../graph/graph.ts';
import { inferEdges } from '../../graph/inferred.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { reasonText } from '../../plan/standing.ts';
import type { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { searchPathInForce } from '../search-path.ts';
import { readGraph } from './read-graph.ts';

/**
 * The same refusal; of each late migration it says whether it could matter that others have run before it: what of theirs
 * touches the same objects, or that nothing does. That is asked of the SQL alone.
 */
export async function withSharing(
  problem: Problem,
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
): Promise<Problem> {
  if (!lateIn(problem)) return problem;
  const searchPath = await searchPathInForce(engine.settings, control);
  const { graph } = await readGraph(statuses, { control, searchPath, byNumber: true });
  const applied = statuses.filter(({ entry }) => entry !== undefined && inForce(entry)).map(({ version }) => version);
  const told = (one: Problem): Problem => {
    const { version, next = [] } = one.fields;
    if (one.code !== 'late-migration' || version === undefined) return one;
    const shared = sharedWith(graph, version, new Set(applied));
    return one.with({ found: shared.text, next: shared.matters ? next : allowFirst(next) });
  };
  const also = problem.fields.also?.map(told);
  return told(also ? problem.with({ also }) : problem);
}

function lateIn(problem: Problem): boolean {
  return problem.code === 'late-migration' || (problem.fields.also ?? []).some(({ code }) => code === 'late-migration');
}

const ALLOW = '--allow-late';

/** Nothing speaks against it. */
function allowFirst(next: readonly string[]): string[] {
  const isAllow = (one: string) => one.endsWith(ALLOW);
  return [
    `Let it run now: taskflow-db migrate ${ALLOW}`,
    ...next
      .filter((one) => !isAllow(one))
      .map((one) => (one.startsWith('Or ') ? one : `Or ${one[0]!.toLowerCase()}${one.slice(1)}`)),
  ];
}

/** So many are told one by one. */
const SHOWN_MAX = 5;

function sharedWith(
  graph: MigrationGraph,
  version: string,
  applied: ReadonlySet<string>,
): { readonly text: string; readonly matters: boolean } {
  const after = graph.nodes.slice(graph.placeOf(version) + 1).filter((one) => applied.has(one.version));
  const own = graph.nodes[graph.placeOf(version)]?.footprint;
  // Each by itself: what the graph tells only through others is shared all the same, and those may not be applied.
  const lines = after.flatMap(({ version: other, file, footprint }) => {
    const [reason] = (own && footprint && inferEdges([own, footprint])[0]?.reasons) ?? [];
    return reason ? [`${other} ${reasonText(reason)} (${file}:${reason.later.line})`] : [];
  });
  const unsure = [
    ...(own === undefined ? [`the SQL of ${version} cannot be read`] : []),
    ...[...(own ? [{ version, file: own.file, footprint: own }] : []), ...after].flatMap(
      ({ version: one, file, footprint }) =>
        footprint?.unknown[0] ? [`${one}: ${file}:${footprint.unknown[0].line}: ${footprint.unknown[0].why}`] : [],
    ),
  ];
  const others =
    after.length === 1
      ? `${after[0]?.version}, which ran before it`
      : `the ${count(after.length, 'migration')} that ran before it`;
  const more = lines.length > SHOWN_MAX ? [`and ${lines.length - SHOWN_MAX} more`] : [];
  const heads = lines.length > 0 ? ['it shares with what ran before it:', ...lines.slice(0, SHOWN_MAX), ...more] : [];
  if (heads.length === 0 && unsure.length === 0) return { text: `it shares no object with ${others}`, matters: false };
  const doubts = unsure.length > 0 ? ['not known:', ...unsure.slice(0, SHOWN_MAX)] : [];
  return { text: [...heads, ...doubts].join('\n'), matters: true };
}
