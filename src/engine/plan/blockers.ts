import type { ForecastLock } from '../../forecast/forecast.ts';
import type { PlanBlocker } from '../../forecast/plan-report.ts';
import { blockerCure, blockerText } from '../../report/blocker.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { holdersFrom, holdersSql } from '../locks/look.ts';
import { FOUND_RELATIONS, findRelations } from '../locks/relations.ts';

/** A lock that the plan will ask for, on a relation that is there. */
export type NeededLock = Pick<ForecastLock, 'name' | 'relation' | 'mode' | 'lock'>;

/** More are not asked for. */
const RELATIONS_MAX = 500;

/** Who holds, at this moment, locks that conflict with those: one entry for each holder and relation. */
export async function blockersNow(
  engine: Engine,
  control: Control,
  needed: readonly NeededLock[],
): Promise<PlanBlocker[]> {
  const relations = new Map(needed.map((lock) => [lock.relation, lock.name]));
  if (relations.size === 0) return [];
  const items = findRelations(engine, [...relations.values()].slice(0, RELATIONS_MAX));
  // With its schema, whatever stands in the search_path.
  const named = { sql: "SELECT pg_catalog.set_config('search_path', '', true)" };
  const { results } = await control.session.batch([
    [...items, named, { sql: holdersSql(FOUND_RELATIONS), rows: true }],
  ]);
  const holders = holdersFrom(results[0]?.at(-1)?.rows ?? [], engine.mask);
  return holders.flatMap(({ relation, blocker }) => {
    if (blocker.pid === control.session.backendPid) return [];
    const hindered = needed.find(
      (lock) => lock.relation === relation.name && blocker.modes.some((held) => lockModesConflict(held, lock.mode)),
    );
    if (!hindered) return [];
    const { lock } = hindered;
    return [
      { relation: relation.name, lock, pid: blocker.pid, holder: blockerText(blocker), next: blockerCure(blocker) },
    ];
  });
}
