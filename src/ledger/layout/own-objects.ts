import type { CreatedObject } from '../../sql/created-object.ts';

const OWN =
  /^(schema_migrations|schema_migration_(events|settings|event_hash|runner)\w*|migration_status|record_migration)$/;

/** One of the tracking tables or what belongs to them; a name without a schema is taken for theirs. */
export function isOwnObject({ schema, name, table }: CreatedObject, trackingSchema: string): boolean {
  return (schema === undefined || schema === trackingSchema) && OWN.test(table ?? name);
}
