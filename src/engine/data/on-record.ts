import { eventItem, failedItem } from '../../ledger/write.ts';
import type { Migration } from '../../migration/migration.ts';
import type { Problem } from '../../problem/problem.ts';
import { shortMessage } from '../../report/events.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isCutOff } from '../record-failure.ts';
import { recordedMigration } from '../recorded.ts';
import { reliably } from '../runner/reconnect.ts';
import { otherDirection } from './start.ts';
import { beginRunItems, readRun, unchangedItem } from './store.ts';
import { workUp } from './work.ts';

/** What became of a run outside `migrate` is on record of its version, too: failed, or neither that nor applied. */
export async function failLedgerItems(
  engine: Engine,
  control: Control,
  migration: Migration,
  problem: Problem,
): Promise<void> {
  const { names } = control;
  const stopped = problem.code === 'cancelled' || problem.code === 'data-held' || isCutOff(problem);
  const message = engine.mask(shortMessage(problem));
  const recorded = recordedMigration(migration, engine.settings.storeSql);
  const outcome = stopped ? WAITING : { errorMessage: message, stepsDone: null, stepsTotal: null };
  const { server, where } = problem.fields;
  const detail = { message, sqlstate: server?.sqlstate, line: where?.line, column: where?.column };
  const event = problem.code === 'cancelled' ? 'cancelled' : 'failed';
  await reliably(engine, control, () =>
    control.write([
      failedItem(names, engine.run, recorded, outcome),
      ...(stopped && event === 'failed'
        ? []
        : [eventItem(names, engine.run, { event, version: migration.version, detail })]),
    ]),
  );
}

/** Neither applied nor failed: it waits for `data run`. */
const WAITING = { errorMessage: null, stepsDone: null, stepsTotal: null };

/** Leaves a data migration to `data run`; one that is queued or at work already stays as it is. Returns its state. */
export async function queueRun(engine: Engine, control: Control, migration: Migration): Promise<string> {
  const { session, names } = control;
  const work = workUp(migration);
  const run = await readRun(session, names, migration.version);
  const isOpen = run && run.direction === 'up' && !OVER.has(run.state);
  if (isOpen) return run.state;
  if (run?.direction === 'down' && run.state !== 'succeeded') throw otherDirection(work, run);
  const recorded = recordedMigration(migration, engine.settings.storeSql);
  const record = failedItem(names, engine.run, recorded, WAITING);
  const event = eventItem(names, engine.run, { event: 'data_queued', version: migration.version });
  if (run && run.direction === 'up' && run.state === 'cancelled') {
    const again = {
      sql: `UPDATE ${names.dataMigrations} SET state = 'queued' WHERE version = $1 AND state = 'cancelled'`,
      params: [run.version],
    };
    await control.write([again, record, event]);
  } else {
    await control.write([
      unchangedItem(names, migration.version, run),
      ...beginRunItems(names, work, 'queued'),
      record,
      event,
    ]);
  }
  return 'queued';
}

const OVER: ReadonlySet<string> = new Set(['succeeded', 'cancelled']);
