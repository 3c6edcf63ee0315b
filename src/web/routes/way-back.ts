import * as v from 'valibot';
import { lookBack } from '../../engine/look/way-back-view.ts';
import { ofTarget, whole, word } from '../answers/shapes.ts';
import { wayBackAnswer } from '../answers/way-back.ts';
import { route } from '../route.ts';

export const readWayBack = route({
  name: 'readWayBack',
  method: 'GET',
  path: '/api/targets/:target/way-back',
  summary: 'what rollback would undo now, what of the data comes back with it, and what is lost',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    to: v.optional(v.pipe(word, v.description('everything behind this version, which stays'))),
    version: v.optional(v.pipe(word, v.description('this one, and what stands on it with cascade'))),
    cascade: v.optional(v.picklist(['true', 'false'])),
    steps: v.optional(v.pipe(whole(1, 10_000), v.description('so many of those applied last (1)'))),
  }),
  output: wayBackAnswer,
  handle({ shared }, { target, to, version, cascade, steps }) {
    const asked = { to: to || undefined, version: version || undefined, cascade: cascade === 'true', steps };
    return shared(target, ['way back', asked], ({ reader }) => lookBack(reader.engine, asked));
  },
});
