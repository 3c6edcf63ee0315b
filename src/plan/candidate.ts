import type { OrderNode } from '../graph/order.ts';
import type { Migration } from '../migration/migration.ts';
import { neededBy } from './depends.ts';
import { inForce } from './ledger-entry.ts';
import type { MigrationFile } from './migration-file.ts';
import type { MigrationStatus } from './reconcile.ts';
import { TO_APPLY } from './state.ts';

export function isInForce({ entry }: MigrationStatus): boolean {
  return entry !== undefined && inForce(entry);
}

/** `migrate` takes it up. */
export function isToApply(status: MigrationStatus): boolean {
  return status.file !== undefined && TO_APPLY.has(status.state) && !isInForce(status);
}

/** A file that is to be applied, as ordering sees it. */
export function orderNode(
  status: MigrationStatus,
  file: MigrationFile,
  migration: Migration,
  versions: readonly MigrationStatus[],
): OrderNode {
  const { depends, problems } = neededBy(migration, versions);
  const { version, number } = status;
  return { version, number, name: file.name, file: file.file, depends, unresolved: problems };
}
