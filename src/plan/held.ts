import type { Migration } from '../migration/migration.ts';
import type { MigrationStatus } from './reconcile.ts';

/** One thing that was looked at before something old may go. */
export interface Evidence {
  /** `free`: nothing of it is in the way; `used`: it is in use; `open`: it is not finished; `unseen`: it cannot be known. */
  readonly verdict: 'free' | 'used' | 'open' | 'unseen';
  readonly words: string;
}

/** Why `migrate` passes over a migration for now, though it could be run. */
export interface Held {
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** What a person may take on their own account. */
  readonly forcible: boolean;
}

export interface HeldMigration extends Held {
  readonly version: string;
  readonly migration: Migration;
  readonly status: MigrationStatus;
}
