import * as v from 'valibot';
import { actionsAnswer, anyAction } from '../answers/action.ts';
import { ofTarget, text } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readActions = route({
  name: 'readActions',
  method: 'GET',
  path: '/api/targets/:target/actions',
  summary: 'what people have begun at this console, and whether a name has to be typed for it',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: actionsAnswer,
  async handle({ hub, shared }, { target }) {
    const { target: at, actions } = hub.live(target);
    const production = await shared(target, ['production'], ({ reader }) => hub.parts.isProduction(reader.engine));
    return {
      database: at.engine.target.database,
      production,
      actions: actions.list.map((one) => one.news()),
    };
  },
});

const ofAction = { ...ofTarget, id: v.pipe(text, v.description('of the action')) };

export const readAction = route({
  name: 'readAction',
  method: 'GET',
  path: '/api/targets/:target/actions/:id',
  summary: 'one action with what it has made',
  role: 'viewer',
  changes: false,
  input: v.object(ofAction),
  output: anyAction,
  handle: async ({ hub }, { target, id }) => hub.live(target).actions.find(id).whole(),
});
