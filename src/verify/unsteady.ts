import type { RowTexts, TableRows } from './loss.ts';
import { without } from './without.ts';

export interface ThreeRuns {
  /** In one piece, and once more. */
  readonly whole: readonly TableRows[];
  readonly again: readonly TableRows[];
  readonly killed: readonly TableRows[];
}

/**
 * Of tables whose rows are others when it was killed: those where not only such columns differ as differ each time that it runs in one
 * piece. `unsteady`: those columns, with their table. A table that is not among the rows was too large to look at, and differs.
 */
export function differingTables(
  names: readonly string[],
  { whole, again, killed }: ThreeRuns,
): { readonly tables: readonly string[]; readonly unsteady: readonly string[] } {
  const tables: string[] = [];
  const unsteady: string[] = [];
  for (const name of names) {
    const [one, other, cut] = [whole, again, killed].map((run) => run.find((table) => table.name === name));
    if (!one || !other || !cut) {
      tables.push(name);
      continue;
    }
    const moving = one.columns.filter((_, at) => !isSame(one.rows, other.rows, [at]));
    const steady = one.columns.flatMap((column, at) => (moving.includes(column) ? [] : [at]));
    if (isSame(one.rows, cut.rows, steady)) unsteady.push(...moving.map((column) => `${name}.${column.name}`));
    else tables.push(name);
  }
  return { tables, unsteady };
}

/** The rows hold the same in these columns, in whatever order. */
function isSame(rows: readonly RowTexts[], others: readonly RowTexts[], columns: readonly number[]): boolean {
  const textOf = (row: RowTexts) => JSON.stringify(columns.map((at) => row[at]));
  return rows.length === others.length && without(rows, others, textOf).length === 0;
}
