import * as v from 'valibot';
import { maskTexts } from '../../report/mask.ts';
import { driftAnswer, lastDriftAnswer } from '../answers/drift.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const findDriftNow = route({
  name: 'findDrift',
  method: 'GET',
  path: '/api/targets/:target/drift',
  summary: 'what differs from what the applied migrations make, tried on a scratch database',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: driftAnswer,
  async handle({ hub, shared }, { target }) {
    return shared(target, ['drift'], async (live) => {
      const { engine, withScratch } = live.target;
      const moment = await live.schema.moment();
      const { driftView } = await import('../../engine/look/drift-view.ts');
      const found = await withScratch((open) => driftView(engine, open));
      const answer = { ...found, checkedAt: new Date(hub.parts.now()).toISOString() };
      live.lastDrift = { moment, answer: maskTexts(answer, hub.parts.mask) };
      return answer;
    });
  },
});

export const readLastDrift = route({
  name: 'readLastDrift',
  method: 'GET',
  path: '/api/targets/:target/drift/last',
  summary:
    'what the last comparison of this console has found; null where there was none, or anything has happened since',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: lastDriftAnswer,
  async handle({ hub, shared }, { target }) {
    const { lastDrift, schema } = hub.live(target);
    if (!lastDrift) return { drift: null };
    const moment = await shared(target, ['moment'], async () => ({ text: await schema.moment() }));
    return { drift: moment.text === lastDrift.moment ? lastDrift.answer : null };
  },
});
