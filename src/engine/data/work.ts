import { textChecksumOf } from '../../migration/checksum.ts';
import type { Migration } from '../../migration/migration.ts';
import type { DataWork } from './data-run.ts';

/** What a data migration does to its rows. */
export function workUp(migration: Migration): DataWork {
  const { data, version, statements, bodyChecksum } = migration;
  if (!data) throw new Error(`${version} is no data migration`);
  const { target, where, background, code } = data;
  return { version, direction: 'up', migration, statements, target, where, checksum: bodyChecksum, background, code };
}

/** Its way back, where that runs in batches. */
export function workDown(migration: Migration): DataWork | undefined {
  const { data, version, rollback } = migration;
  if (!data?.back || rollback.kind !== 'sql') return undefined;
  const checksum = textChecksumOf(rollback.sql);
  const { statements } = rollback;
  return {
    version,
    direction: 'down',
    migration,
    statements,
    target: data.back,
    where: undefined,
    checksum,
    background: false,
  };
}
