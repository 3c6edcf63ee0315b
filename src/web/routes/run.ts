import * as v from 'valibot';
import { runAnswer } from '../answers/run.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readRun = route({
  name: 'readRun',
  method: 'GET',
  path: '/api/targets/:target/run',
  summary: 'the run that is at work, statement by statement, with who blocks it; else the last one',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    id: v.optional(v.pipe(v.string(), v.uuid('the number of a run'), v.description('this run instead'))),
  }),
  output: runAnswer,
  handle: ({ shared }, { target, id }) => shared(target, ['run', id], (live) => live.lookAtRun(id)),
});
