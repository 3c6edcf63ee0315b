import * as v from 'valibot';
import { dataRuns } from '../../engine/look/data-runs.ts';
import { dataRunsAnswer } from '../answers/data.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readDataRuns = route({
  name: 'readDataRuns',
  method: 'GET',
  path: '/api/targets/:target/data',
  summary: 'every data migration: how far, how fast, who works at it, what holds it back',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: dataRunsAnswer,
  handle: ({ shared }, { target }) => shared(target, ['data'], ({ reader }) => dataRuns(reader.engine)),
});
