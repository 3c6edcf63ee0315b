import type { LockMode } from '../../facts/form.ts';
import type { ForecastLock } from '../../forecast/forecast.ts';
import type { PlanBlocker } from '../../forecast/plan-report.ts';
import { blockerCure, blockerText } from '../../report/blocker.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type Holder, holdersFrom, holdersSql } from '../locks/look.ts';
import { FOUND_RELATIONS, findRelations } from '../locks/relations.ts';

/** A lock that the plan will ask for, on a relation that is there. */
export interface NeededLock extends Pick<ForecastLock, 'name' | 'relation' | 'mode' | 'lock'> {
  /** A statement with CONCURRENTLY waits, under its lock, for the end of all who hold one that conflicts with this mode. */
  readonly outwaits?: LockMode;
}

/** Whom a statement of these forms (Forecast.forms) waits for, once it has its lock (manual, "Building Indexes Concurrently"). */
export function outwaitedBy(forms: readonly string[]): Pick<NeededLock, 'outwaits'> {
  const concurrent = forms.find((form) => /INDEX.* CONCURRENTLY/.test(form));
  if (concurrent === undefined) return {};
  return { outwaits: concurrent.startsWith('CREATE') ? 'ShareLock' : 'AccessExclusiveLock' };
}

/** More are not asked for. */
const RELATIONS_MAX = 500;

/** Who holds, at this moment, locks that conflict with those, or that are waited for: one entry for each holder and relation. */
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
  return holders.flatMap((holder) => {
    const { relation, blocker } = holder;
    if (blocker.pid === control.session.backendPid) return [];
    const hindered = needed.find((lock) => lock.relation === relation.name && hinders(holder, lock));
    if (!hindered) return [];
    const { lock } = hindered;
    return [
      { relation: relation.name, lock, pid: blocker.pid, holder: blockerText(blocker), next: blockerCure(blocker) },
    ];
  });
}

function hinders({ blocker, hasSnapshot }: Holder, { mode, outwaits }: NeededLock): boolean {
  if (outwaits !== undefined && hasSnapshot) return true;
  return blocker.modes.some(
    (held) => lockModesConflict(held, mode) || (outwaits !== undefined && lockModesConflict(held, outwaits)),
  );
}
