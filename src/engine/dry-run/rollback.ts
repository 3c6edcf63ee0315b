import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { refuseReadOnly } from '../../postgres/server-info.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { preflight } from '../preflight/preflight.ts';
import { planFor, type RollbackOptions, refuseUntracked } from '../rollback.ts';
import { withRunnerLock } from '../runner/runner-lock.ts';
import { type LiveResult, tryLive } from './live.ts';
import { refuseProduction } from './production.ts';
import { trialBack } from './trial.ts';

export interface DryRunRollbackOptions extends Omit<RollbackOptions, 'approve'> {
  /** Said in so many words: it may be done on a database that is marked production. */
  readonly onProduction: boolean;
}

/** Tries on the target what `rollback` would undo there, and rolls that back: see tryLive. */
export function dryRunRollback(engine: Engine, options: DryRunRollbackOptions): Promise<LiveResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    if (!options.onProduction) refuseProduction(engine, control);
    refuseUntracked(control);
    return withRunnerLock(engine, control, async (ledger) => {
      const { rollbacks } = await planFor(engine, control, reconcile(files, ledger.entries), options);
      await preflight(engine, control, rollbacks);
      return tryLive(engine, control, { direction: 'roll back', trials: rollbacks.map(trialBack), skipped: [] });
    });
  });
}
