import { failedItem } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import type { Application } from '../application.ts';
import { databaseProblem } from '../failure.ts';
import { recordFailure } from '../record-failure.ts';
import { recordedMigration } from '../recorded.ts';
import { readProgress } from './progress.ts';
import { workAt } from './run-work.ts';

import { workUp } from './work.ts';

/** Runs a data migration in line with the others; returns its duration in milliseconds. Throws after the failure is on record. */
export async function applyData(application: Application): Promise<number> {
  const { engine, control, worker, planned } = application;
  const recorded = recordedMigration(planned.migration, engine.settings.storeSql, 'data');
  const own = { ...application, recorded };
  const begun = performance.now();
  try {
    await worker.renew();
    await workAt(engine, control, worker.session, workUp(planned.migration), {
      retries: true,
      onStarted: () => control.write([failedItem(control.names, engine.run, recorded, UNDER_WAY)]),
    });
    return Math.round(performance.now() - begun);
  } catch (error) {
    const problem = error instanceof Problem ? error : databaseProblem(error, `${planned.version} was stopped`);
    const known = problem.code === 'cancelled' ? undefined : problem.fields.state;
    const state = known ?? (await stateOf(own).catch(() => 'What was committed stays; the position is kept.'));
    throw await recordFailure(own, problem.with({ state }), INTERRUPTED);
  }
}

/** On record it is neither applied nor failed, but interrupted, until it is one of them. */
const UNDER_WAY = { errorMessage: null, stepsDone: 0, stepsTotal: 1 };
const INTERRUPTED = { done: 0, total: 1 };

async function stateOf({ control, planned }: Application): Promise<string> {
  const { batches, rows } = await readProgress(control.session, control.names, planned.version);
  if (batches === 0) return 'Nothing was changed.';
  return `${batches} batches of ${planned.version} are committed (${rows} rows); the next migrate goes on behind them.`;
}
