import type { ActionChoice, MigrateChoice, PlannedAction, RollbackChoice } from '../../approval/action.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { refuseSteps } from '../apply-together.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { planFor as planUp } from '../plan-up.ts';
import { planFor as planDown } from '../rollback.ts';
import { checkTracking } from '../tracking.ts';
import { describeMigrate, describeRollback } from './describe.ts';

/** What would be done now by that choice, with these files. Throws what keeps it from being planned. */
export function planChoice(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  choice: ActionChoice,
): Promise<PlannedAction> {
  return choice.action === 'migrate'
    ? planMigrate(engine, control, files, choice)
    : planRollback(engine, control, files, choice);
}

async function planMigrate(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  { to, only, allowLate, singleTransaction, forceContract }: MigrateChoice,
): Promise<PlannedAction> {
  const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
  const plan = await planUp(engine, control, files, ledger, {
    to: to ?? undefined,
    only: only ?? undefined,
    allowLate,
    forceContract: forceContract ?? undefined,
  });
  if (singleTransaction) refuseSteps(plan.migrations);
  return describeMigrate(engine, control, ledger, plan, { singleTransaction });
}

async function planRollback(
  engine: Engine,
  control: Control,
  files: readonly MigrationFile[],
  { to, version, cascade, steps, data }: RollbackChoice,
): Promise<PlannedAction> {
  const { ledger } = control;
  const { rollbacks } = await planDown(engine, control, reconcile(files, ledger.entries), {
    to: to ?? undefined,
    version: version ?? undefined,
    cascade,
    steps: steps ?? undefined,
    data,
  });
  return describeRollback(engine, control, ledger, rollbacks, { putsBack: data });
}
