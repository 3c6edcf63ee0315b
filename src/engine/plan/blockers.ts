import type { PlanBlocker, PlannedView } from '../../forecast/plan-report.ts';
import { blockerCure, blockerText } from '../../report/blocker.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { holdersFrom, holdersSql } from '../locks/look.ts';
import { FOUND_RELATIONS, findRelations } from '../locks/relations.ts';

/** A lock that the plan will ask for, on a relation that is there. */
export interface NeededLock {
  readonly name: QualifiedName;
  /** As SQL names it, with its schema. */
  readonly relation: string;
  readonly mode: PlannedView['steps'][number]['statements'][number]['locks'][number]['mode'];
  readonly lock: string;
}

/** Who holds, at this moment, locks that conflict with those: one entry for each holder and relation. */
export async function blockersNow(
  engine: Engine,
  control: Control,
  needed: readonly NeededLock[],
): Promise<PlanBlocker[]> {
  if (needed.length === 0) return [];
  const items = findRelations(
    engine,
    needed.map(({ name }) => name),
  );
  const { results } = await control.session.batch([[...items, { sql: holdersSql(FOUND_RELATIONS), rows: true }]]);
  const holders = holdersFrom(results[0]?.at(-1)?.rows ?? [], engine.mask);
  return holders.flatMap(({ relation, blocker }) => {
    if (blocker.pid === control.session.backendPid) return [];
    const wanted = needed.filter((one) => one.relation === relation.name);
    const hindered = wanted.find(({ mode }) => blocker.modes.some((held) => lockModesConflict(held, mode)));
    if (!hindered) return [];
    const { lock } = hindered;
    return [{ relation: relation.name, lock, holder: blockerText(blocker), next: blockerCure(blocker) }];
  });
}
