import type { Migration } from '../../migration/migration.ts';

/** Its statements hold `:batch` and other words that are not SQL until it runs. */
export function isDataMigration({ headers }: Pick<Migration, 'headers'>): boolean {
  return headers.data.Kind !== undefined;
}
