import type { Kept } from '../../backup/kept.ts';
import type { Control } from '../control.ts';
import { keptOf } from './find-kept.ts';
import { shownKept } from './shown.ts';

/** Data that a rollback puts back, or cannot. */
export interface Returning {
  readonly version: string;
  /** As SQL names it. */
  readonly relation: string;
  /** Null: whole rows. */
  readonly columns: readonly string[] | null;
  readonly rows: number;
  readonly store: string;
  /** Why it does not come back: its store is gone (`lost`), or it is a materialized view's (`view`). */
  readonly cannot: 'lost' | 'view' | null;
}

export async function returningOf(control: Control, version: string): Promise<Returning[]> {
  const { kept, lost } = await keptOf(control, version);
  const say = (one: Kept, isLost: boolean): Returning => ({
    version,
    rows: one.rows,
    ...shownKept(one),
    cannot: isLost ? 'lost' : one.kind === 'view' ? 'view' : null,
  });
  return [...kept.map((one) => say(one, false)), ...lost.map((one) => say(one, true))];
}
