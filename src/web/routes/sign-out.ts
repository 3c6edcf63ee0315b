import * as v from 'valibot';
import { noInput } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const signOut = route({
  name: 'signOut',
  method: 'DELETE',
  path: '/api/session',
  summary: 'end the session',
  role: 'viewer',
  changes: false,
  input: noInput,
  output: v.object({ ok: v.literal(true) }),
  async handle({ hub, session, setCookie }) {
    hub.sessions.end(session);
    setCookie(null);
    return { ok: true as const };
  },
});
