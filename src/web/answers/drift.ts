import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text, time } from './shapes.ts';

const change = v.object({
  kind: v.picklist(['added', 'removed', 'changed']),
  type: text,
  name: text,
  parent: orNull(text),
  detail: v.record(v.string(), v.object({ before: v.unknown(), after: v.unknown() })),
});

export const driftAnswer = v.object({
  database: text,
  checkedAt: time,
  equal: v.boolean(),
  changes: v.array(change),
  accepted: v.pipe(count, v.description('differences that are accepted on record')),
  notReplayed: v.array(v.object({ version: text, reason: text })),
  notes: v.array(text),
});

export type DriftAnswer = Answer<typeof driftAnswer>;
