import type { BoundMigration, PlanTarget } from '../plan/bound.ts';

/** What may be asked for and approved. */
export const ACTIONS = ['migrate', 'rollback'] as const;
export type ActionKind = (typeof ACTIONS)[number];

/** What somebody has chosen: with it the same is planned again later. */
export type ActionChoice = MigrateChoice | RollbackChoice;

export interface MigrateChoice {
  readonly action: 'migrate';
  readonly to: string | null;
  readonly only: string | null;
  readonly allowLate: boolean;
  readonly singleTransaction: boolean;
  /** Why contracts are run although something still uses what they drop. */
  readonly forceContract: string | null;
}

export interface RollbackChoice {
  readonly action: 'rollback';
  readonly to: string | null;
  readonly version: string | null;
  readonly cascade: boolean;
  readonly steps: number | null;
  /** Put back what was kept of the data. */
  readonly data: boolean;
}

/** How it is carried out, as far as that decides on data or on who is stalled. */
export interface Manner {
  /** All of it in one transaction. */
  readonly singleTransaction: boolean;
  /** Data that is destroyed is kept. */
  readonly keeps: boolean;
  /** Data that was kept is put back. */
  readonly putsBack: boolean;
  /** Contracts that are run although something still uses what they drop. */
  readonly forced: readonly string[];
}

/**
 * All that an approval is bound to: which action, on which database, with which files in which order, on top of what is
 * applied. Who carries it out, when, and with which patience towards locks is no part of it.
 */
export interface PlannedAction {
  readonly action: ActionKind;
  /** `searchPath` as it is set, with `$user`: who logs in makes no difference to the plan. */
  readonly target: PlanTarget;
  readonly manner: Manner;
  /** In the order in which they are run. Of a rollback: the file, or what was stored of it, that has the way back. */
  readonly migrations: readonly BoundMigration[];
  /** Data migrations that are put into the queue of `data run`. */
  readonly background: readonly BoundMigration[];
  /** The versions that are in force, in their order. */
  readonly applied: readonly string[];
  /** Of these with their checksums. */
  readonly appliedSha256: string;
}

/** It runs no migration and queues none: there is nothing to approve. */
export function isIdle({ migrations, background }: PlannedAction): boolean {
  return migrations.length + background.length === 0;
}
