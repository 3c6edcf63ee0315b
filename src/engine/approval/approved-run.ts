import type { ActionChoice, PlannedAction } from '../../approval/action.ts';
import type { Ledger } from '../../ledger/read.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import type { PlannedRollback } from '../undo.ts';
import { describeMigrate, describeRollback } from './describe.ts';
import { approvalFor, useApproval } from './gate.ts';

/** Uses the approval of a run: called once, when the run begins. */
export type Begin = () => Promise<void>;

/** Refuses a `migrate` that nobody else has approved. */
export async function approvedMigrate(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: Parameters<typeof describeMigrate>[3],
  { to, only, allowLate, singleTransaction, forceContract }: MigrateOptions,
): Promise<Begin> {
  const action = await describeMigrate(engine, control, ledger, plan, { singleTransaction });
  return approved(engine, control, action, {
    action: 'migrate',
    to: to ?? null,
    only: only ?? null,
    allowLate,
    singleTransaction,
    forceContract: forceContract ?? null,
  });
}

/** What `rollback` was asked for, as far as it chooses what is undone. */
export interface RollbackWish {
  readonly to?: string | undefined;
  readonly version?: string | undefined;
  readonly cascade?: boolean | undefined;
  readonly steps?: number | undefined;
  readonly data?: boolean | undefined;
}

/** Refuses a `rollback` that nobody else has approved. */
export async function approvedRollback(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  rollbacks: readonly PlannedRollback[],
  { to, version, cascade = false, steps, data = true }: RollbackWish,
): Promise<Begin> {
  const action = await describeRollback(engine, control, ledger, rollbacks, { putsBack: data });
  return approved(engine, control, action, {
    action: 'rollback',
    to: to ?? null,
    version: version ?? null,
    cascade,
    steps: steps ?? null,
    data,
  });
}

async function approved(engine: Engine, control: Control, action: PlannedAction, choice: ActionChoice): Promise<Begin> {
  const request = await approvalFor(engine, control, action, choice);
  return async () => {
    if (request) await useApproval(engine, control, { action, choice, request });
  };
}
