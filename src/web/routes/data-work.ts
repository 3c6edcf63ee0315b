import * as v from 'valibot';
import { runData } from '../../engine/data/run-queued.ts';
import { action } from '../actions/route.ts';
import { dataRun } from '../answers/data.ts';

/** As `data run VERSION`, in the process of the console: it goes on without the page, and ends with the console. */
export const workAtData = action({
  name: 'workAtData',
  path: 'data/:version/run',
  summary: 'work at a data migration that is queued or was interrupted, in the process of the console',
  role: 'operator',
  input: { version: v.pipe(v.string(), v.description('as status names it, or its number')) },
  result: dataRun,
  isBeside: true,
  title: ({ version }) => `run ${version}`,
  async run({ engine }, { version }) {
    const { runs, problem } = await runData(engine, { version, workers: 1, finish: false });
    return { result: runs[0] ?? null, problem };
  },
});
