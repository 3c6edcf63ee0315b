import * as v from 'valibot';
import { history } from '../../engine/audit/history.ts';
import { eventsAnswer } from '../answers/events.ts';
import { ofTarget, whole, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

const LIMIT = 200;

export const readEvents = route({
  name: 'readEvents',
  method: 'GET',
  path: '/api/targets/:target/events',
  summary: 'the audit trail, the newest first',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    version: v.optional(v.pipe(word, v.description('only of this version'))),
    event: v.optional(v.pipe(word, v.description('only of this kind'))),
    text: v.optional(v.pipe(word, v.description('only where any of its texts holds this'))),
    before: v.optional(v.pipe(whole(1, Number.MAX_SAFE_INTEGER), v.description('only those before this seq'))),
    limit: v.optional(v.pipe(whole(1, 1000), v.description(`how many (${LIMIT})`))),
  }),
  output: eventsAnswer,
  handle({ shared }, { target, limit = LIMIT, version, event: kind, text: holds, before }) {
    const asked = { version: version || undefined, event: kind || undefined, text: holds || undefined, before };
    return shared(target, ['events', asked, limit], async ({ reader }) => {
      const { database, events } = await history(reader.engine, { ...asked, limit: limit + 1 });
      const newest = events.reverse();
      return { database, events: newest.slice(0, limit), more: newest.length > limit };
    });
  },
});
