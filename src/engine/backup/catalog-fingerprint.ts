import { createHash } from 'node:crypto';
import type { BackedUpCatalog } from '../../backup/manifest.ts';
import { snapshotText } from '../../catalog/canonical.ts';
import type { SchemaObject, Snapshot } from '../../catalog/snapshot.ts';

/** What the schema of a backup, and of a database that was restored from it, is read with: all objects, nobody's rights. */
export const FINGERPRINT_READING = { owners: false, privileges: false, trackingSchema: '' } as const;

/**
 * The schema as it is compared with another of the same major version. Which version of an extension there is, and what is set for the
 * database as a whole, is the server's affair.
 */
export function comparable({ major, notChecked, objects }: Snapshot): Snapshot {
  const own = objects.filter(({ type }) => type !== 'database setting').map(bare);
  return { major, owners: false, privileges: false, notChecked, objects: own };
}

/** Tells whether two of those are the same. */
export function catalogFingerprint(schema: Snapshot): BackedUpCatalog {
  const text = snapshotText({ ...comparable(schema), notChecked: [] });
  return { major: schema.major, fingerprint: createHash('sha256').update(text).digest('hex') };
}

/** Needs, owners and privileges may have been read as well. */
function bare({ type, identity, properties }: SchemaObject): SchemaObject {
  if (type === 'extension') return { type, identity, properties: {} };
  const { owner: _, privileges: __, 'revoked privileges': ___, ...rest } = properties;
  return { type, identity, properties: rest };
}
