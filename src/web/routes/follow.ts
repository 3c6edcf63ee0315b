import * as v from 'valibot';
import { actionNews } from '../answers/action.ts';
import { runAnswer } from '../answers/run.ts';
import { count, ofTarget, orNull, text } from '../answers/shapes.ts';
import { route } from '../route.ts';

/**
 * `hello` when it begins, `changed` when anything was recorded, `data` when a data migration has moved, `away` when the database cannot be asked, `action` when one of this
 * console goes on, `run` while one is at work, as it is now, `reload`: ask for everything anew.
 */
export const followTarget = route({
  name: 'followTarget',
  method: 'GET',
  path: '/api/targets/:target/stream',
  summary: 'what happens, as server-sent events: hello, changed, data, run, action, away, reload',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, since: v.optional(v.pipe(text, v.description('as the header Last-Event-ID'))) }),
  output: v.object({
    ...v.partial(runAnswer).entries, // of run: the same as at /run
    ...v.partial(actionNews).entries, // of action: the same with the lines that are new
    seq: v.optional(v.pipe(count, v.description('of changed: position of the last event of the audit trail'))),
    runId: v.optional(v.pipe(orNull(text), v.description('of changed: the run that is at work; of action: its own'))),
    message: v.optional(v.pipe(text, v.description('of away: why'))),
  }),
  follow: ({ hub }, { target }) => hub.live(target),
  handle: async () => ({}),
});
