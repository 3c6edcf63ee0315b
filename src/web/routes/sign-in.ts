import * as v from 'valibot';
import { Refusal } from '../refusal.ts';
import { route } from '../route.ts';

/** A link is used once: its token becomes a cookie. */
export const signIn = route({
  name: 'signIn',
  method: 'POST',
  path: '/api/session',
  summary: 'exchange the token of a printed link for a session cookie',
  role: 'anybody',
  changes: false,
  input: v.object({ token: v.pipe(v.string(), v.maxLength(200), v.description('what follows #token= in the link')) }),
  output: v.object({ csrf: v.pipe(v.string(), v.description('to be sent as X-Taskflow-Token')) }),
  async handle({ hub, address, setCookie }, { token }) {
    const { sessions, limit, parts } = hub;
    const now = parts.now();
    const seconds = limit.lockedFor(address, now);
    if (seconds > 0)
      throw new Refusal(429, 'sign-in-locked', `Too many wrong links; try again in ${Math.ceil(seconds / 60)} min.`, {
        'Retry-After': String(seconds),
      });
    const user = sessions.redeem(token);
    if (!user) {
      limit.failed(address, now);
      if (limit.lockedFor(address, now) > 0) parts.tell({ kind: 'locked-out', address });
      throw new Refusal(
        403,
        'token-refused',
        'This link was used before, or it is none; the console has printed another.',
      );
    }
    limit.succeeded(address);
    const { session, cookie } = sessions.begin(user, now);
    setCookie(cookie);
    parts.tell({ kind: 'signed-in', user, address });
    hub.newLink(user);
    return { csrf: session.csrf };
  },
});
