import { isToApply } from '../../plan/candidate.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { Problem } from '../../problem/problem.ts';

/** It is to be applied, and its header says that it drops what a data migration has made needless. */
export function isContract(status: MigrationStatus): boolean {
  try {
    return isToApply(status) && (status.file?.load().headers.contracts.length ?? 0) > 0;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
