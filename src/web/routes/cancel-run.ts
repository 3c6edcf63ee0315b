import * as v from 'valibot';
import { cancelRun } from '../../engine/cancel-run.ts';
import { action } from '../actions/route.ts';

export const cancelRunElsewhere = action({
  name: 'cancelRun',
  path: 'run/cancel',
  summary: 'stop a run that was begun elsewhere: its statement is cancelled in the server, and it rolls back',
  role: 'operator',
  isBeside: true,
  isHarmless: true,
  input: { id: v.pipe(v.string(), v.uuid('the number of a run'), v.description('of the run')) },
  result: v.object({ cancelled: v.pipe(v.boolean(), v.description('false: it had ended by itself')) }),
  title: () => 'stop the run that was begun elsewhere',
  run: async ({ engine }, { id }) => ({ result: await cancelRun(engine, id), problem: null }),
});
