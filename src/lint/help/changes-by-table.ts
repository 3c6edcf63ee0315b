import type { DataChange } from './data-changes.ts';
import { tableKey } from './tables.ts';

/** Changes of data by their table, for who asks often. */
export class ChangesByTable {
  readonly #changes = new Map<string, DataChange[]>();

  constructor(changes: readonly DataChange[]) {
    for (const one of changes) {
      const list = this.#changes.get(keyOf(one));
      if (list) list.push(one);
      else this.#changes.set(keyOf(one), [one]);
    }
  }

  /** Those of the same table. */
  of(change: DataChange): readonly DataChange[] {
    return this.#changes.get(keyOf(change)) ?? [];
  }

  /** One of the same column, or of the whole table. */
  has(change: DataChange): boolean {
    return this.of(change).some(
      ({ column }) => column === undefined || change.column === undefined || column === change.column,
    );
  }
}

function keyOf({ subject, table }: DataChange): string {
  return tableKey(subject.known.resolve(table));
}
