import type { CreatedObject } from '../../sql/created-object.ts';

/** Names of the tracking tables and of what belongs to them; PostgreSQL reads the pattern alike. */
export const OWN_NAMES =
  /^(schema_migrations|schema_migration_(events|settings|event_hash|runner)\w*|schema_data_(migrations|ranges|batches)\w*|migration_status|record_migration)$/;

/** One of the tracking tables or what belongs to them; a name without a schema is taken for theirs. */
export function isOwnObject({ schema, name, table }: CreatedObject, trackingSchema: string): boolean {
  return (schema === undefined || schema === trackingSchema) && OWN_NAMES.test(table ?? name);
}
