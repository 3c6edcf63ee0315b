import * as v from 'valibot';
import { dataRunView } from '../../engine/look/data-run.ts';
import { dataRunAnswer } from '../answers/data.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readDataRun = route({
  name: 'readDataRun',
  method: 'GET',
  path: '/api/targets/:target/data/:version',
  summary: 'the run of one data migration: its ranges, its last batches, what the server says',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, version: v.pipe(v.string(), v.description('as status names it, or its number')) }),
  output: dataRunAnswer,
  handle: ({ shared }, { target, version }) =>
    shared(target, ['data-run', version], ({ reader }) => dataRunView(reader.engine, version)),
});
