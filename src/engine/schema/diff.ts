import { compareSchemas, type Difference } from '../../catalog/compare.ts';
import { type LeftOut, withoutObjects } from '../../catalog/leave-out.ts';
import type { Included } from '../../catalog/snapshot.ts';
import type { NamedSchema } from './read-schema.ts';

/**
 * What it takes to make the second schema of the first; `leftOut` is left out on both sides. Problem `snapshot-mismatch`
 * where they cannot be compared.
 */
export function diffSchemas(
  before: NamedSchema,
  after: NamedSchema,
  included: Included,
  leftOut: readonly LeftOut[] = [],
): Difference {
  const sides = { before: before.name, after: after.name };
  return compareSchemas(withoutObjects(before.schema, leftOut), withoutObjects(after.schema, leftOut), included, sides);
}
