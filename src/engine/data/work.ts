import { textChecksumOf } from '../../migration/checksum.ts';
import type { Migration } from '../../migration/migration.ts';
import type { DataWork } from './data-run.ts';

/** What a data migration does to its rows. */
export function workUp(migration: Migration): DataWork {
  const { data, version, statements, bodyChecksum: checksum } = migration;
  if (!data) throw new Error(`${version} is no data migration`);
  const { target, where, background, code } = data;
  return { version, direction: 'up', migration, statements, target, where, checksum, background, code, puts: false };
}

/**
 * Its way back, where that runs in batches: a ROLLBACK section with `:batch`, or none, where the rows that were kept are all of it.
 * `puts`: they come back.
 */
export function workDown(migration: Migration, puts = true): DataWork | undefined {
  const { data, version, rollback } = migration;
  if (!data || rollback.kind === 'irreversible') return undefined;
  const section = rollback.kind === 'sql' ? rollback : NO_SECTION;
  if (section !== NO_SECTION && !data.back) return undefined;
  return {
    version,
    direction: 'down',
    migration,
    statements: section.statements,
    target: data.back ?? data.target,
    where: undefined,
    checksum: textChecksumOf(section.sql),
    background: false,
    puts,
  };
}

const NO_SECTION = { sql: '', statements: [] };
