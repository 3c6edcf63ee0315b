import type { PlannedMigration } from '../../plan/up.ts';
import type { SchemaPrint } from '../../snapshot/print.ts';
import type { Application } from '../application.ts';
import { applicationOf } from '../apply.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { withRunnerLock } from '../runner/runner-lock.ts';
import { withWorker } from '../with-worker.ts';
import type { Worker } from '../worker.ts';

/** A scratch database with the sessions of a run on it. */
export interface Bed {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly print: SchemaPrint;
}

export function withBed<T>(engine: Engine, print: SchemaPrint, use: (bed: Bed) => Promise<T>): Promise<T> {
  return withControl(engine, (control) =>
    withRunnerLock(engine, control, () =>
      withWorker(engine, control, (worker) => use({ engine, control, worker, print })),
    ),
  );
}

export function applicationOn({ engine, control, worker }: Bed, planned: PlannedMigration): Application {
  return applicationOf(engine, control, worker, planned, { index: 1, total: 1 });
}

/** The print of the schema in a transaction of its own. */
export async function printOf({ worker, print }: Bed): Promise<string> {
  await worker.session.query('BEGIN');
  const taken = await print.take(worker.session);
  await worker.session.query('COMMIT');
  return taken.text;
}
