import * as v from 'valibot';
import { objectAnswer, touchesAnswer } from '../answers/schema.ts';
import { ofTarget } from '../answers/shapes.ts';
import type { LiveTarget } from '../live-target.ts';
import { Refusal } from '../refusal.ts';
import { route } from '../route.ts';

const ofObject = {
  ...ofTarget,
  type: v.pipe(v.string(), v.description('as /schema lists it: table, view, function')),
  name: v.pipe(v.string(), v.description('as /schema lists it: public.orders')),
};

export const readSchemaObject = route({
  name: 'readSchemaObject',
  method: 'GET',
  path: '/api/targets/:target/schema/objects/:type/:name',
  summary: 'one object: what belongs to it, the SQL that makes it, what it needs and what depends on it',
  role: 'viewer',
  changes: false,
  input: v.object(ofObject),
  output: objectAnswer,
  handle({ shared }, { target, type, name }) {
    return shared(target, ['object', type, name], async ({ schema }) => {
      // What writes SQL is loaded when somebody wants to see some.
      const { objectView } = await import('../../engine/look/schema-object.ts');
      return objectView(await schema.read(), type, name) ?? noSuch(type, name);
    });
  },
});

export const readObjectTouches = route({
  name: 'readObjectTouches',
  method: 'GET',
  path: '/api/targets/:target/schema/objects/:type/:name/migrations',
  summary: 'which migrations make or change it, as far as their SQL tells',
  role: 'viewer',
  changes: false,
  input: v.object(ofObject),
  output: touchesAnswer,
  handle: ({ shared }, { target, type, name }) =>
    shared(target, ['touches', type, name], (live) => touches(live, type, name)),
});

async function touches(live: LiveTarget, type: string, name: string) {
  const { outline } = await live.schema.read();
  return live.touches.touchesOf(outline.find(type, name) ?? noSuch(type, name));
}

function noSuch(type: string, name: string): never {
  throw new Refusal(404, 'not-found', `There is no ${type} ${name} in this database.`);
}
