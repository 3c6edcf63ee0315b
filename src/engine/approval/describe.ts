import type { Manner, PlannedAction } from '../../approval/action.ts';
import { hashOfApplied } from '../../approval/action-hash.ts';
import type { Ledger } from '../../ledger/read.ts';
import { boundEntries, boundMigration } from '../../plan/bound.ts';
import type { PlannedMigration, UpPlan } from '../../plan/up.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Contracts } from '../expand/contracts.ts';
import { targetOf } from '../plan/bind.ts';
import { searchPathAsSet } from '../search-path.ts';
import type { PlannedRollback } from '../undo.ts';

/** What an approval of this `migrate` is bound to. */
export async function describeMigrate(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: Pick<UpPlan, 'migrations' | 'background'> & { readonly contracts: Pick<Contracts, 'forced'> },
  { singleTransaction }: Pick<Manner, 'singleTransaction'>,
): Promise<PlannedAction> {
  return {
    action: 'migrate',
    ...(await standing(engine, control, ledger)),
    manner: {
      singleTransaction,
      keeps: keeps(engine),
      putsBack: false,
      forced: plan.contracts.forced.map(({ version }) => version),
    },
    migrations: plan.migrations.map(boundOf),
    background: plan.background.map(boundOf),
  };
}

/** What an approval of this `rollback` is bound to. */
export async function describeRollback(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  rollbacks: readonly PlannedRollback[],
  { putsBack }: Pick<Manner, 'putsBack'>,
): Promise<PlannedAction> {
  return {
    action: 'rollback',
    ...(await standing(engine, control, ledger)),
    manner: { singleTransaction: false, keeps: keeps(engine), putsBack, forced: [] },
    migrations: rollbacks.map(({ version, source, plan }) => boundMigration(version, source, plan)),
    background: [],
  };
}

function boundOf({ version, migration, plan }: PlannedMigration) {
  return boundMigration(version, migration, plan);
}

function keeps({ settings }: Engine): boolean {
  return settings.backup.policy !== 'never';
}

/** Where it would be done, and on top of what. */
async function standing(engine: Engine, control: Control, { entries }: Ledger) {
  const applied = boundEntries(entries);
  return {
    target: await targetOf(engine, control, await searchPathAsSet(engine.settings, control)),
    applied: applied.map(({ version }) => version),
    appliedSha256: hashOfApplied(applied),
  };
}
