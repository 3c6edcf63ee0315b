import type { MigrationFile } from '../../plan/migration-file.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { planFor } from '../plan-up.ts';
import { withRunnerLock } from '../runner/runner-lock.ts';
import { type LiveResult, tryLive } from './live.ts';
import { trialOf } from './trial.ts';

/**
 * What the one migration that the options choose does, statement by statement, in a transaction that is rolled back; or why it
 * is skipped on that server.
 */
export function observeOne(
  engine: Engine,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<LiveResult | string> {
  const patient = { ...engine, settings: { ...engine.settings, dryRunHoldMs: 0 } };
  return withControl(patient, (control) =>
    withRunnerLock(patient, control, async (ledger) => {
      const { migrations, skipped } = await planFor(engine, control, files, ledger, options);
      const [one] = migrations;
      if (!one) return skipped[0]?.reason ?? 'the scratch server has nothing to do';
      return tryLive(patient, control, { direction: 'apply', trials: [trialOf(one)], skipped: [] });
    }),
  );
}
