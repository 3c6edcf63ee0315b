import type { Acceptance } from '../../catalog/accepted.ts';
import type { NotWritten } from '../../script/script.ts';
import type { Engine } from '../engine.ts';
import { changeDigest } from '../schema/acceptances.ts';
import type { NotReplayed } from '../schema/applied-files.ts';
import { driftGaps } from '../schema/check-drift.ts';
import { withDrift } from '../schema/drift.ts';
import { scriptsFor } from '../schema/drift-scripts.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { type ChangeView, changeViews } from './change-view.ts';

/** The drift of a database with all that a decision on it needs. */
export interface DriftView {
  readonly database: string;
  readonly equal: boolean;
  readonly changes: readonly (ChangeView & {
    /** Names the difference with both definitions: see changeDigest. */
    readonly key: string;
  })[];
  readonly accepted: readonly (Pick<ChangeView, 'kind' | 'type' | 'name'> & { readonly accepted: Acceptance })[];
  /** What could not be compared, in words; nothing can be decided then. */
  readonly gaps: readonly string[];
  readonly notReplayed: readonly NotReplayed[];
  readonly notes: readonly string[];
  /** The SQL from what the applied migrations make to what is there, with what is accepted on record; and the way back. */
  readonly sql: string;
  readonly rollback: string;
  readonly notWritten: readonly NotWritten[];
}

/** Without owners and privileges. Changes nothing. Problems as those of findDrift. */
export function driftView(engine: Engine, openScratch: () => Promise<Scratch>): Promise<DriftView> {
  const included = { owners: false, privileges: false };
  return withDrift(engine, openScratch, { included, reading: FOR_SCRIPTS }, async (found) => {
    const { drift, definitionsOf, replayed, actual } = found;
    const { changes, equal } = drift.difference;
    const { there, back } = await scriptsFor(found, included);
    const views = changeViews(changes, replayed.schema, actual.schema);
    return {
      database: drift.database,
      equal,
      changes: views.map((view, i) => ({ ...view, key: changeDigest(changes[i]!, definitionsOf) })),
      accepted: drift.accepted.map(({ kind, type, name, accepted }) => ({ kind, type, name, accepted })),
      gaps: driftGaps(drift),
      notReplayed: drift.notReplayed,
      notes: drift.notes,
      sql: there.sql,
      rollback: back.sql,
      notWritten: [...there.notWritten, ...back.notWritten],
    };
  });
}
