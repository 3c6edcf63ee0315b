import { compareSchemas, type Difference } from '../../catalog/compare.ts';
import type { Included } from '../../catalog/snapshot.ts';
import type { NamedSchema } from './read-schema.ts';

/** What it takes to make the second schema of the first. Problem `snapshot-mismatch` where they cannot be compared. */
export function diffSchemas(before: NamedSchema, after: NamedSchema, included: Included): Difference {
  return compareSchemas(before.schema, after.schema, included, { before: before.name, after: after.name });
}
