/** What can be said of a migration: the states of `status` (contract, section 5), in the order of the summary. */
export const MIGRATION_STATES = [
  'applied',
  'baseline',
  'pending',
  'running',
  'interrupted',
  'failed',
  'rolled_back',
  'skipped',
  'modified',
  'missing',
] as const;

export type MigrationState = (typeof MIGRATION_STATES)[number];

/** States that `migrate` takes up. */
export const TO_APPLY: ReadonlySet<MigrationState> = new Set([
  'pending',
  'failed',
  'rolled_back',
  'interrupted',
  'skipped',
]);

/** States that make `status --check` exit 3: something is pending or wrong. */
export const WRONG_OR_PENDING: ReadonlySet<MigrationState> = new Set([
  'pending',
  'running',
  'interrupted',
  'failed',
  'rolled_back',
  'modified',
]);
