import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { engineForConsole } from '../../engine/console-run.ts';
import { recordEvent } from '../../engine/record-event.ts';
import { anyAction } from '../answers/action.ts';
import { ofTarget, text } from '../answers/shapes.ts';
import { route } from '../route.ts';

/** First it is stopped: whether that can be put on record must not matter for it. */
export const cancelAction = route({
  name: 'cancelAction',
  method: 'POST',
  path: '/api/targets/:target/actions/:id/cancel',
  summary: 'stop an action of this console; what it does in the database at this moment is rolled back',
  role: 'operator',
  changes: true,
  input: v.object({ ...ofTarget, id: v.pipe(text, v.description('of the action')) }),
  output: anyAction,
  async handle({ hub, user, address }, { target, id }) {
    const { actions, target: at } = hub.live(target);
    const found = actions.find(id);
    if (!found.isRunning) return found.whole();
    found.stop(user);
    await found.ended;
    const engine = engineForConsole(at.engine, {
      console: { user: user.name, address, request: randomUUID() },
      emit: () => {},
      signal: at.engine.signal,
    });
    const event = { event: 'cancel_requested', version: null, detail: { run: found.runId } } as const;
    await recordEvent(engine, event).catch((error: unknown) =>
      found.say(`That it was cancelled could not be put on record: ${error instanceof Error ? error.message : error}`),
    );
    return found.whole();
  },
});
