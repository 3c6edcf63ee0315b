import { eventItem } from '../../ledger/write.ts';
import { TARGET_MS_MAX, TARGET_MS_MIN } from '../../migration/data-spec.ts';
import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type DataStatus, refuseOlder, runOf, statusOf } from './show.ts';
import { readRun, readRuns, targetItem } from './store.ts';

/**
 * Says how long a batch of a run should take from now on, whatever its file says; null: as that says. Each worker, wherever it is,
 * is told with the batch that it commits next. Problems `usage`, `not-tracked`, `version-unknown`, `data-held` where the run is over.
 */
export async function retargetRun(engine: Engine, version: string, targetMs: number | null): Promise<DataStatus> {
  if (targetMs !== null && !(targetMs >= TARGET_MS_MIN && targetMs <= TARGET_MS_MAX))
    throw new Problem('usage', 'a batch cannot be asked to take that long', {
      found: formatDuration(targetMs),
      expected: 'from 10 ms to 60 s',
      state: 'Nothing was changed.',
    });
  return withControl(engine, async (control) => {
    refuseOlder(control);
    const { session, names } = control;
    const run = runOf(await readRuns(session, names), version);
    const { results } = await session.batch([[targetItem(names, run.version, targetMs)]]);
    const now = (await readRun(session, names, run.version)) ?? run;
    if (results[0]?.[0]?.rows.length === 1) {
      const detail = { wasMs: run.targetMs, nowMs: targetMs };
      await control.write([eventItem(names, engine.run, { event: 'data_retargeted', version: run.version, detail })]);
    } else if (now.state === 'succeeded') throw isOver(run.version);
    return statusOf(control, now);
  });
}

function isOver(version: string): Problem {
  return new Problem('data-held', `${version} has succeeded: no batch comes any more`, {
    version,
    state: 'Nothing was changed.',
  });
}
