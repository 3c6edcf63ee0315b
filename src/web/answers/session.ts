import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, role, text } from './shapes.ts';

export const sessionAnswer = v.object({
  user: v.object({ name: text, role }),
  csrf: v.pipe(v.string(), v.description('to be sent as X-Taskflow-Token with everything but GET')),
  mayWrite: v.pipe(v.boolean(), v.description('the console was started with --write')),
  idleMs: v.pipe(count, v.description('the session ends after so long without use')),
  toolVersion: text,
  targets: v.array(
    v.object({
      name: text,
      database: text,
      description: text,
      environment: orNull(text),
      production: v.pipe(v.boolean(), v.description('by the configuration; the overview says it of the database, too')),
    }),
  ),
});

export type SessionAnswer = Answer<typeof sessionAnswer>;
