import type { Ledger } from '../../ledger/read.ts';
import { eventItem } from '../../ledger/write.ts';
import { refuseReadOnly } from '../../postgres/server-info.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { upgradeLayout } from '../layout.ts';
import { withRunnerLock } from '../runner/runner-lock.ts';
import { rememberProduction } from '../tracking.ts';
import { driftGaps } from './check-drift.ts';
import type { Drift } from './drift.ts';

/** Called before anything is written, with what is to be done: may ask the person, and throws to stop. */
export type Approve = (what: string, control: Control) => Promise<void>;

/** Refuses to decide on what is not known whole. */
export function refuseGaps(drift: Drift): void {
  const gaps = driftGaps(drift);
  if (gaps.length === 0) return;
  throw new Problem('drift-refused', `not all of the drift of ${drift.database} is known`, {
    found: `not checked: ${gaps.join('; ')}`,
    state: 'Nothing was written.',
    next: ['See what could be compared: taskflow-db diff'],
  });
}

/** What somebody has decided on is not what differs now. */
export function driftMoved(): Problem {
  return new Problem('drift-refused', 'the drift is not what was shown any more', {
    state: 'Nothing was written.',
    next: ['Compare again, and decide on what differs now.'],
  });
}

/**
 * Runs `write` as the only run on the database. `seen`: the history that was decided on; Problem `drift-refused` where it is
 * another one by now.
 */
export function decide<T>(
  engine: Engine,
  { what, approve, seen }: { what: string; approve: Approve; seen?: Ledger },
  write: (control: Control, ledger: Ledger) => Promise<T>,
): Promise<T> {
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    // Asked before the lock is taken: somebody who is gone for coffee must not hold up every other run.
    await approve(what, control);
    return withRunnerLock(engine, control, async (held) => {
      if (seen && historyOf(held) !== historyOf(seen)) throw changedMeanwhile();
      const ledger = await upgradeLayout(engine, control, held);
      const result = await write(control, ledger);
      await rememberProduction(engine, control, ledger);
      return result;
    });
  });
}

function historyOf({ entries }: Ledger): string {
  const states = entries.map(({ version, success, type, checksum, appliedAt, stepsDone }) =>
    JSON.stringify([version, success, type, checksum, appliedAt, stepsDone]),
  );
  return states.sort().join('\n');
}

function changedMeanwhile(): Problem {
  return new Problem('drift-refused', 'another run has changed what is applied in the meantime', {
    state: 'Nothing was written.',
    next: ['Run the command again.'],
  });
}

/** Puts a decision on record that concerns no version. */
export function recordDecision(
  engine: Engine,
  control: Control,
  event: 'drift_accepted' | 'drift_revoked',
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  return control.write([eventItem(control.names, engine.run, { event, version: null, detail })]);
}
