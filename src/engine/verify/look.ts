import { compareSchemas, type Difference } from '../../catalog/compare.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { SAME } from '../../verify/facts.ts';
import { readSchema } from '../schema/read-schema.ts';
import { type Bed, printOf } from './bed.ts';

/** A way to look at the schema of a database, and to compare what was seen. */
export interface Looker<Seen> {
  look(bed: Bed): Promise<Seen>;
  differenceOf(before: Seen, after: Seen): Difference;
}

/** Something differs, or may: only snapshots can say what. */
export class Doubt extends Error {}

/** Quick, and knows nothing but "the same". */
export const BY_PRINT: Looker<string> = {
  look: printOf,
  differenceOf: (before, after) => {
    if (before === after) return SAME;
    throw new Doubt('the prints differ');
  },
};

/** Slower, and says what differs. */
export const BY_SNAPSHOT: Looker<Snapshot> = {
  look: async ({ engine }) => (await readSchema(engine, { owners: true, privileges: true })).schema,
  differenceOf: (before, after) => compareSchemas(before, after),
};
