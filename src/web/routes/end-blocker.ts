import * as v from 'valibot';
import { endBlocker } from '../../engine/locks/end-blocker.ts';
import { action } from '../actions/route.ts';

export const endBlockerNow = action({
  name: 'endBlocker',
  path: 'run/blockers/:pid',
  summary: 'get out of the way who holds what the run at work waits for: cancel its statement, or end its idle session',
  role: 'operator',
  isBeside: true,
  input: {
    pid: v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'a whole number'), v.description('server process')),
    transaction: v.pipe(
      v.string(),
      v.regex(/^-?\d+\/\d+$/, 'a transaction as the run names it'),
      v.description('as the run names it: what the session does since is not touched'),
    ),
  },
  result: v.object({
    how: v.pipe(
      v.nullable(v.picklist(['cancelled', 'terminated'])),
      v.description('its statement, or its session; null: it was out of the way by then'),
    ),
  }),
  title: ({ pid }) => `get server process ${pid} out of the way`,
  run: async ({ engine }, { pid, transaction }) => ({
    result: await endBlocker(engine, { pid: Number(pid), transaction }),
    problem: null,
  }),
});
