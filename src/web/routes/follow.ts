import * as v from 'valibot';
import { count, ofTarget, orNull, text } from '../answers/shapes.ts';
import { route } from '../route.ts';

/** `hello` when it begins, `changed` when anything was recorded, `away` when the database cannot be asked, `reload`: ask for everything anew. */
export const followTarget = route({
  name: 'followTarget',
  method: 'GET',
  path: '/api/targets/:target/stream',
  summary: 'what happens, as server-sent events: hello, changed, away, reload',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, since: v.optional(v.pipe(text, v.description('as the header Last-Event-ID'))) }),
  output: v.object({
    seq: v.optional(v.pipe(count, v.description('of changed: position of the last event of the audit trail'))),
    runId: v.optional(v.pipe(orNull(text), v.description('of changed: the run that is at work'))),
    message: v.optional(v.pipe(text, v.description('of away: why'))),
  }),
  follow: ({ hub }, { target }) => hub.live(target),
  handle: async () => ({}),
});
