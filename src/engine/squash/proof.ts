import { type Change, compareSchemas } from '../../catalog/compare.ts';
import { readSchema } from '../schema/read-schema.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { compareRows, type RowDifference } from '../verify/seed-rows.ts';
import { withoutUnsettled } from '../verify/settled.ts';

/** How the database of the folded files and that of the squash compare. */
export interface Compared {
  readonly objects: number;
  readonly rows: number;
  readonly changes: readonly Change[];
  readonly rowChanges: readonly RowDifference[];
  /** Tables whose columns stand in another order. */
  readonly orders: readonly string[];
}

/** Owners and privileges included; how an expression is written out does not count. Both databases stay as they are. */
export async function compareBoth(
  scratch: Scratch,
  before: ScratchDatabase,
  after: ScratchDatabase,
): Promise<Compared> {
  const included = { owners: true, privileges: true };
  const [a, b] = [await readSchema(before.engine, included), await readSchema(after.engine, included)];
  const { changes, notes } = compareSchemas(a.schema, b.schema, included);
  const { rows, differences } = await compareRows(before, after);
  return {
    objects: a.schema.objects.length,
    rows,
    changes: changes.length === 0 ? changes : await settledOn(scratch, before, after, changes),
    rowChanges: differences,
    orders: notes.map(({ name }) => name),
  };
}

async function settledOn(
  scratch: Scratch,
  before: ScratchDatabase,
  after: ScratchDatabase,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const copies = [await scratch.create(before), await scratch.create(after)] as const;
  try {
    return await withoutUnsettled(...copies, changes);
  } finally {
    for (const copy of scratch.lost ? [] : copies) await copy.drop();
  }
}
