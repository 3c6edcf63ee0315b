import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { orNull, text } from './shapes.ts';

const kind = v.picklist(['added', 'removed', 'changed']);

/** What of a difference is said in a line. */
export const changed = { kind, type: text, name: text };

/** A difference of two schemas. */
export const change = v.object({
  ...changed,
  parent: v.pipe(orNull(text), v.description('the table of a column')),
  detail: v.record(v.string(), v.object({ before: v.unknown(), after: v.unknown() })),
  before: v.pipe(text, v.description('the SQL that made it; empty where there was none')),
  after: v.pipe(text, v.description('the SQL that makes it now')),
});

export const notWritten = v.array(v.object({ type: text, name: text, why: text }));

export type ChangeAnswer = Answer<typeof change>;
