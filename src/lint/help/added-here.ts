import { createdObjects } from '../../sql/objects.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';

/** Whether an earlier statement of the same file added that column. */
export function addedHere({ migration, index }: Subject, table: QualifiedName, column: string): boolean {
  return migration.statements
    .slice(0, index)
    .some(({ sql }) =>
      createdObjects(sql).some((one) => one.kind === 'column' && one.table === table.name && one.name === column),
    );
}
