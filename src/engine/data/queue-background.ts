import type { UpPlan } from '../../plan/up.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { queueRun } from './on-record.ts';

/** Puts what is left to `data run` in its queue, and tells of it and of what waits for it. */
export async function queueBackground(engine: Engine, control: Control, plan: UpPlan): Promise<void> {
  for (const { version, migration } of plan.background) {
    const state = await queueRun(engine, control, migration);
    const message = `${version} runs in the background (${state}): taskflow-db data run ${version}`;
    engine.emit({ kind: 'note', message });
  }
  for (const { version, on, reason } of plan.waiting)
    engine.emit({ kind: 'note', message: `${version} waits for ${on}: ${reason}` });
}
