import { eventItem } from '../../ledger/write.ts';
import type { Migration } from '../../migration/migration.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { beganDetail } from '../keep/left-out.ts';
import type { Worker } from '../worker.ts';
import { workAt } from './run-work.ts';
import { workDown } from './work.ts';

/** Runs the ROLLBACK section of a data migration in batches, and puts back what was kept (`puts`); the record comes with the last. Throws as workAt. */
export async function undoData(
  engine: Engine,
  control: Control,
  worker: Worker,
  source: Migration,
  puts: boolean,
): Promise<void> {
  const work = workDown(source, puts);
  if (!work) throw new Error(`${source.version} has no way back in batches`);
  await worker.renew();
  const began = { event: 'rollback_started' as const, version: work.version, detail: beganDetail(puts) };
  await workAt(engine, control, worker.session, work, {
    retries: true,
    onStarted: () => control.write([eventItem(control.names, engine.run, began)]),
  });
}
