import type { PlannedMigration } from '../../../plan/up.ts';
import { leavesRows } from '../leaves-rows.ts';

/** Whether a migration that has a way back may change rows, there or back, as far as its statements tell. */
export function mayChangeRows({ migration }: PlannedMigration): boolean {
  if (migration.rollback.kind !== 'sql' || migration.large !== undefined) return false;
  return ![...migration.statements, ...migration.rollback.statements].every(leavesRows);
}
