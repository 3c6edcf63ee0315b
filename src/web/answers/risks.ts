import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text } from './shapes.ts';

export const risksAnswer = v.object({
  risks: v.pipe(
    v.array(
      v.object({
        version: text,
        severity: v.picklist(['error', 'warning', 'note']),
        rule: text,
        message: text,
        lock: orNull(text),
        blocks: orNull(text),
        findings: v.pipe(count, v.description('without those that the file allows')),
      }),
    ),
    v.description('the worst finding of each migration that has any'),
  ),
  unjudged: v.pipe(orNull(text), v.description('why nothing was judged; null: it was')),
});

export type RisksAnswer = Answer<typeof risksAnswer>;
