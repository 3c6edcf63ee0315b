import type { RecordedMigration } from '../ledger/write.ts';
import type { Migration } from '../migration/migration.ts';

/** Larger files are not kept in the database: drift then says "not checked" for them, by name. */
const STORED_SQL_CHARACTERS_MAX = 8 * 1024 * 1024;

/** What the ledger keeps of a file. */
export function recordedMigration(
  migration: Migration,
  storeSql: boolean,
  type: RecordedMigration['type'] = migration.data ? 'data' : 'migration',
): RecordedMigration {
  const stored = storeSql && !migration.large && migration.text.length <= STORED_SQL_CHARACTERS_MAX;
  return {
    version: migration.version,
    description: migration.description,
    checksum: migration.checksum,
    bodyChecksum: migration.bodyChecksum,
    bodySql: stored ? migration.text : null,
    rollbackSql: migration.rollback.kind === 'sql' ? migration.rollback.sql : null,
    fileName: migration.file.slice(migration.file.lastIndexOf('/') + 1),
    type,
  };
}
