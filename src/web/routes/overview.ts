import * as v from 'valibot';
import { overview } from '../../engine/look/overview.ts';
import { problemJson } from '../../report/problem-json.ts';
import { overviewAnswer } from '../answers/overview.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readOverview = route({
  name: 'readOverview',
  method: 'GET',
  path: '/api/targets/:target/overview',
  summary: 'every migration with its state, the run that is at work, the newest events',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: overviewAnswer,
  handle({ shared }, { target }) {
    return shared(target, ['overview'], async ({ reader }) => {
      const { complaints, manifests: _among, ...found } = await overview(reader.engine);
      return { ...found, complaints: complaints.map(problemJson) };
    });
  },
});
