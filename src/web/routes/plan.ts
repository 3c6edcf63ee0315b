import * as v from 'valibot';
import { makePlan } from '../../engine/plan/make-plan.ts';
import { planAnswer } from '../answers/plan.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readPlan = route({
  name: 'readPlan',
  method: 'GET',
  path: '/api/targets/:target/plan',
  summary: 'what migrate would do now: steps, locks, forecast, findings, and who is in the way',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    to: v.optional(v.pipe(word, v.description('everything up to this version'))),
    only: v.optional(v.pipe(word, v.description('this version and what it needs'))),
  }),
  output: planAnswer,
  handle({ shared }, { target, to, only }) {
    const request = { to: to || undefined, only: only || undefined };
    return shared(target, ['plan', request], ({ reader }) =>
      makePlan(reader.engine, { ...request, allowLate: false, singleTransaction: false, binding: false }),
    );
  },
});
