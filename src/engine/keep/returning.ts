import { BACKUP_SCHEMA, holdsRows, type Kept } from '../../backup/kept.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import { keptOf } from './find-kept.ts';

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
    relation: [one.schema, one.table].map(displayIdentifier).join('.'),
    columns: holdsRows(one) ? null : one.columns.map(({ name }) => name),
    rows: one.rows,
    store: [BACKUP_SCHEMA, one.store].map(displayIdentifier).join('.'),
    cannot: isLost ? 'lost' : one.kind === 'view' ? 'view' : null,
  });
  return [...kept.map((one) => say(one, false)), ...lost.map((one) => say(one, true))];
}
