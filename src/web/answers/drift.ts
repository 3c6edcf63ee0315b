import * as v from 'valibot';
import { change, changed, notWritten } from './change.ts';
import type { Answer } from './frozen.ts';
import { count, orNull, text, time } from './shapes.ts';

export const driftAnswer = v.object({
  database: text,
  checkedAt: time,
  equal: v.boolean(),
  changes: v.array(
    v.object({
      ...change.entries,
      key: v.pipe(text, v.description('names the difference with both definitions, for who decides on it')),
    }),
  ),
  accepted: v.pipe(
    v.array(v.object({ ...changed, accepted: v.object({ seq: count, at: text, by: text, reason: text }) })),
    v.description('differences that are accepted on record'),
  ),
  gaps: v.pipe(v.array(text), v.description('what could not be compared; then nothing can be decided')),
  notReplayed: v.array(v.object({ version: text, reason: text })),
  notes: v.array(text),
  sql: v.pipe(text, v.description('from what the applied migrations make to what is there')),
  rollback: v.pipe(text, v.description('the way back')),
  notWritten: v.pipe(notWritten, v.description('what that SQL does not do')),
});

/** Of this console. */
export const lastDriftAnswer = v.object({ drift: orNull(driftAnswer) });

export type DriftAnswer = Answer<typeof driftAnswer>;
export type LastDriftAnswer = Answer<typeof lastDriftAnswer>;
