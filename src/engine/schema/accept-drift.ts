import type { Change } from '../../catalog/compare.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { refuseUntracked } from '../rollback.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { changeDigest, readAcceptances, recordedChange } from './acceptances.ts';
import { type DriftOptions, withDrift } from './drift.ts';
import { type Approve, decide, driftMoved, recordDecision, refuseGaps } from './drift-decision.ts';

/** More is no exception any more, and would be read by nobody. */
const CHANGES_MAX = 1000;

export interface AcceptOptions extends DriftOptions {
  readonly reason: string;
  readonly approve: Approve;
  /** Only these, by changeDigest, as somebody has seen them; absent: all that differs. */
  readonly only?: readonly string[] | undefined;
}

export interface AcceptedDrift {
  readonly database: string;
  /** What this call has put on record; empty where nothing differs that was not accepted before. */
  readonly changes: readonly Change[];
  /** How many differences were accepted before, and still are. */
  readonly acceptedBefore: number;
}

/**
 * Puts on record that the drift of today may stay: each object with digests of what it should be and what it is. What was
 * accepted before stays so. Problem `drift-refused` where not all of the drift is known, too much of it is there, or one of `only`
 * is not there as it was seen.
 */
export function acceptDrift(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  { reason, approve, only, ...options }: AcceptOptions,
): Promise<AcceptedDrift> {
  return withDrift(engine, openScratch, options, async ({ drift, definitionsOf, ledger }) => {
    const { database, accepted } = drift;
    refuseGaps(drift);
    const changes = only
      ? chosen(drift.difference.changes, new Set(only), (change) => changeDigest(change, definitionsOf))
      : drift.difference.changes;
    if (changes.length > CHANGES_MAX) throw tooMuch(database, changes.length);
    if (changes.length > 0) {
      const detail = { reason, changes: changes.map((change) => recordedChange(change, definitionsOf)) };
      const what = `Accept ${count(changes.length, 'difference')} on record`;
      await decide(engine, { what, approve, seen: ledger }, (control) =>
        recordDecision(engine, control, 'drift_accepted', detail),
      );
    }
    return { database, changes, acceptedBefore: accepted.length };
  });
}

function chosen(changes: readonly Change[], only: ReadonlySet<string>, keyOf: (change: Change) => string): Change[] {
  const found = changes.filter((change) => only.has(keyOf(change)));
  if (found.length === only.size) return found;
  throw driftMoved();
}

function tooMuch(database: string, changes: number): Problem {
  return new Problem('drift-refused', `${database} differs too much to be accepted on record`, {
    found: `${changes} differences`,
    expected: `at most ${CHANGES_MAX}`,
    state: 'Nothing was written.',
    next: ['Make them a migration: taskflow-db diff --to-migration NAME'],
  });
}

/** From now on nothing counts as accepted that was accepted before. Says whether anything was. */
export async function revokeAcceptances(
  engine: Engine,
  { reason, approve }: { readonly reason: string; readonly approve: Approve },
): Promise<{ database: string; revoked: boolean }> {
  const { database, hasSome } = await withControl(engine, async (control) => {
    refuseUntracked(control);
    return { database: control.server.database, hasSome: (await readAcceptances(control)).size > 0 };
  });
  if (hasSome) {
    const what = 'Revoke what is accepted on record';
    await decide(engine, { what, approve }, (control) => recordDecision(engine, control, 'drift_revoked', { reason }));
  }
  return { database, revoked: hasSome };
}
