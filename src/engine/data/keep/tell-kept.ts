import type { Control } from '../../control.ts';
import type { Engine } from '../../engine.ts';
import { keptOf } from '../../keep/find-kept.ts';
import { shownKept } from '../../keep/shown.ts';

/** Says what the batches of a version have kept, now that all of them are done. */
export async function tellKept(engine: Engine, control: Control, version: string): Promise<void> {
  const { kept } = await keptOf(control, version);
  for (const one of kept) if (one.batches) engine.emit({ kind: 'kept', version, rows: one.rows, ...shownKept(one) });
}
