import * as v from 'valibot';
import { cancelRun, pauseRun, resumeRun, retryRun } from '../../engine/data/control-run.ts';
import { retargetRun } from '../../engine/data/retarget-run.ts';
import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { action } from '../actions/route.ts';
import { dataRun } from '../answers/data.ts';

const ofVersion = { version: v.pipe(v.string(), v.description('as status names it, or its number')) };

/** What is asked of a run, by whoever works at it and wherever: the row of the run is changed, and each worker obeys it. */
const common = { role: 'operator', result: dataRun, isBeside: true } as const;

export const pauseData = action({
  ...common,
  name: 'pauseData',
  path: 'data/:version/pause',
  summary: 'stop a data migration behind the batch that is under way',
  isHarmless: true,
  input: ofVersion,
  title: ({ version }) => `pause ${version}`,
  run: async ({ engine }, { version }) => done(await pauseRun(engine, version)),
});

export const resumeData = action({
  ...common,
  name: 'resumeData',
  path: 'data/:version/resume',
  summary: 'let a paused data migration go on, by the worker that waits or the next',
  input: ofVersion,
  title: ({ version }) => `resume ${version}`,
  run: async ({ engine }, { version }) => done(await resumeRun(engine, version)),
});

export const cancelData = action({
  ...common,
  name: 'cancelData',
  path: 'data/:version/cancel',
  summary: 'end the run of a data migration; what was committed stays',
  isHarmless: true,
  input: ofVersion,
  title: ({ version }) => `cancel ${version}`,
  run: async ({ engine }, { version }) => done(await cancelRun(engine, version)),
});

const choice = (says: string) => v.optional(v.pipe(v.boolean(), v.description(says)));

export const retryData = action({
  ...common,
  name: 'retryData',
  path: 'data/:version/retry',
  summary: 'queue a data migration that has failed or was cancelled',
  input: {
    ...ofVersion,
    skipFailed: choice('rows that fail are passed over, on record'),
    changed: choice('it goes on with the SQL that the file has now'),
    fromStart: choice('all rows are gone through again'),
  },
  title: ({ version }) => `retry ${version}`,
  async run({ engine }, { version, skipFailed, changed, fromStart }) {
    if (changed && fromStart)
      throw new Problem('usage', 'changed and fromStart exclude each other', { state: 'Nothing was changed.' });
    return done(await retryRun(engine, version, { skipFailed, changed, fromStart }));
  },
});

export const retargetData = action({
  ...common,
  name: 'retargetData',
  path: 'data/:version/target',
  summary: 'change how long a batch of a run should take',
  input: {
    ...ofVersion,
    targetMs: v.pipe(
      v.nullable(v.pipe(v.number(), v.integer())),
      v.description('milliseconds, from 10 to 60000; null: as the file says'),
    ),
  },
  title: ({ version, targetMs }) =>
    `batches of ${version}: ${targetMs === null ? 'as its file says' : formatDuration(targetMs)}`,
  run: async ({ engine }, { version, targetMs }) => done(await retargetRun(engine, version, targetMs)),
});

function done<Result>(result: Result): { result: Result; problem: null } {
  return { result, problem: null };
}
