import * as v from 'valibot';
import { planDifferenceAnswer } from '../answers/plan-difference.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readPlanDifference = route({
  name: 'readPlanDifference',
  method: 'GET',
  path: '/api/targets/:target/plan/difference',
  summary: 'what migrate would change in the schema, tried on a scratch database',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    to: v.optional(v.pipe(word, v.description('everything up to this version'))),
    only: v.optional(v.pipe(word, v.description('this version and what it needs'))),
  }),
  output: planDifferenceAnswer,
  handle({ hub, shared }, { target, to, only }) {
    const request = { to: to || undefined, only: only || undefined };
    return shared(target, ['plan difference', request], async ({ target: { engine, withScratch } }) => {
      const { planDifference } = await import('../../engine/look/plan-difference.ts');
      const found = await withScratch((open) => planDifference(engine, open, request));
      return { ...found, checkedAt: new Date(hub.parts.now()).toISOString() };
    });
  },
});
