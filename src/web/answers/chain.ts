import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, problem, text, time } from './shapes.ts';

export const chainAnswer = v.object({
  ok: v.boolean(),
  checkedAt: time,
  database: text,
  events: count,
  head: orNull(v.object({ seq: count, hash: text, at: text })),
  firstBad: orNull(
    v.object({ seq: count, kind: v.picklist(['changed', 'removed', 'inserted', 'reordered']), detail: text }),
  ),
  guards: v.array(text),
  problem: orNull(problem),
});

export type ChainAnswer = Answer<typeof chainAnswer>;
