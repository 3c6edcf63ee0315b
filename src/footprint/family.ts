import type { Known } from '../known/known.ts';
import { keyOf } from '../known/schema.ts';
import type { RelationName } from '../known/table.ts';

/** The partitions and children of a table, and theirs: what is done to it is done to them. */
export function familyBelow(known: Known, name: RelationName): RelationName[] {
  return reached(name, (one) => {
    const table = known.table(one);
    return [...(table?.partitions ?? []), ...(table?.children ?? [])];
  });
}

/** The partitioned tables that a partition belongs to: rows that are put into them may be among its own. */
export function partitionedAbove(known: Known, name: RelationName): RelationName[] {
  return reached(name, (one) => known.table(one)?.partitionOf ?? []);
}

function reached(
  from: RelationName,
  next: (name: RelationName) => RelationName | readonly RelationName[],
): RelationName[] {
  const seen = new Map([[keyOf(from), from]]);
  const visit = (name: RelationName): void => {
    for (const one of [next(name)].flat()) {
      if (seen.has(keyOf(one))) continue;
      seen.set(keyOf(one), one);
      visit(one);
    }
  };
  visit(from);
  return [...seen.values()].slice(1);
}
