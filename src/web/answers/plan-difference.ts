import * as v from 'valibot';
import { change } from './change.ts';
import type { Answer } from './frozen.ts';
import { text, time } from './shapes.ts';

const unknown = v.array(v.object({ version: text, reason: text }));

export const planDifferenceAnswer = v.object({
  database: text,
  checkedAt: time,
  versions: v.pipe(v.array(text), v.description('what was tried, in its order')),
  changes: v.array(change),
  notReplayed: v.pipe(unknown, v.description('applied versions of which it is not known what was run')),
  skipped: v.pipe(unknown, v.description('versions that the scratch server lacks an extension for')),
  notes: v.array(text),
});

export type PlanDifferenceAnswer = Answer<typeof planDifferenceAnswer>;
