import type { SchemaObject } from '../../catalog/snapshot.ts';
import { qualified } from '../names.ts';

/** Of a partitioned table: pg_get_indexdef says ONLY for no other. */
export function isPartitionedIndex({ identity, properties }: SchemaObject): boolean {
  return String(properties.definition).includes(` ON ONLY ${qualified(identity.slice(0, -1))} `);
}
