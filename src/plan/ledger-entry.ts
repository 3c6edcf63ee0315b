/** One row of schema_migrations, as read: what the database says became of a version. */
export interface LedgerEntry {
  readonly version: string;
  readonly description: string | null;
  readonly checksum: string | null;
  readonly bodyChecksum: string | null;
  /** ISO 8601 in UTC; without a zone where an older table holds a naive timestamp. */
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly executionTimeMs: number | null;
  readonly success: boolean;
  readonly errorMessage: string | null;
  /** `migration`, `baseline`, `rollback`, `data`; older tables may hold others. */
  readonly type: string;
  /** Grows with every application; the highest was applied last. */
  readonly appliedOrder: number;
  readonly stepsDone: number | null;
  readonly stepsTotal: number | null;
  readonly hasRollback: boolean;
  readonly hasBody: boolean;
}

/** The row says that the version is in force. */
export function inForce(entry: LedgerEntry): boolean {
  return entry.success && entry.type !== 'rollback';
}
