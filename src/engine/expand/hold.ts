import type { MigrationStatus } from '../../plan/reconcile.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Contracts, Looked } from './contracts.ts';
import { lookAtContracts } from './gate.ts';

/** Which contracts are held back. `force`: why a person takes those in use on their own account. */
export async function contractsFor(
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  force: string | undefined,
): Promise<Contracts> {
  const looked = [...(await lookAtContracts(engine, control, statuses, { verify: true }))];
  const stopped = looked.filter(([, one]) => !one.released);
  const isForced = ([, one]: readonly [string, Looked]) => force !== undefined && one.forcible;
  return {
    held: new Map(stopped.filter((one) => !isForced(one))),
    forced: stopped.filter(isForced).map(([version, { evidence }]) => ({ version, reason: force ?? '', evidence })),
    notes: looked.flatMap(([version, { released, evidence }]) =>
      released ? evidence.map(({ words }) => `${version}: ${words}`) : [],
    ),
    news: new Map(stopped.filter((one) => !isForced(one) && one[1].isNews)),
  };
}
