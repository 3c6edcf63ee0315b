import * as v from 'valibot';
import { risksAnswer } from '../answers/risks.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readRisks = route({
  name: 'readRisks',
  method: 'GET',
  path: '/api/targets/:target/risks',
  summary: 'the worst that lint says of applying each migration; kept until its file changes or it is applied',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: risksAnswer,
  handle: ({ shared }, { target }) => shared(target, ['risks'], async (live) => (await live.risks()).read()),
});
