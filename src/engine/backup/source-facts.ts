import type { DatabaseProperties } from '../../backup/manifest.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { readSnapshot, SNAPSHOT_MAJORS } from '../../snapshot/read.ts';
import type { Engine } from '../engine.ts';
import { comparable, FINGERPRINT_READING } from './catalog-fingerprint.ts';
import { readDatabaseProperties } from './database-properties.ts';
import type { Leader } from './leader.ts';

/** What the manifest says of the source beside its data: with what such a database is made, and what tells its schema. */
export interface SourceFacts {
  readonly properties?: DatabaseProperties;
  readonly schema?: Snapshot;
}

/**
 * Reads both, in a session of its own and in the backup's snapshot. A backup is none the worse without: what cannot be read, or
 * is locked, is left out.
 */
export async function readSourceFacts(engine: Engine, { server, snapshot }: Leader): Promise<SourceFacts> {
  const session = await engine.connect('backup').catch(() => undefined);
  if (!session) return {};
  try {
    const known = await readDatabaseProperties(session, server.database);
    const major = Math.trunc(server.versionNum / 10_000);
    if (!known) return {};
    const { encoding: _, ...properties } = known;
    if (major > SNAPSHOT_MAJORS.newest) return { properties };
    const { role } = engine.settings;
    const reading = { ...FINGERPRINT_READING, major, role, snapshot, lockTimeoutMs: LOCK_WAIT_MS };
    const schema = await readSnapshot(session, reading).catch(() => undefined);
    const whole = schema && schema.notChecked.length === 0;
    return { properties, ...(whole ? { schema: comparable(schema) } : {}) };
  } catch {
    return {};
  } finally {
    await session.end();
  }
}

/** Writing out a view takes a lock on its tables; nobody waits for that. */
const LOCK_WAIT_MS = 2000;
