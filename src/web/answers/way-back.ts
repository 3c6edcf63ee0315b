import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text } from './shapes.ts';

export const wayBackAnswer = v.object({
  database: text,
  rollbacks: v.pipe(
    v.array(
      v.object({
        version: text,
        description: text,
        file: text,
        mode: v.picklist(['transaction', 'steps', 'batches']),
        statements: v.array(v.object({ line: count, sql: text })),
        loses: v.pipe(v.array(text), v.description('what of the data is gone with it')),
      }),
    ),
    v.description('what would be undone, in this order'),
  ),
  returns: v.pipe(
    v.array(
      v.object({
        version: text,
        relation: text,
        columns: orNull(v.array(text)),
        rows: count,
        store: text,
        file: orNull(text),
        cannot: orNull(v.picklist(['lost', 'missing', 'view'])),
      }),
    ),
    v.description('what was kept of the data, and comes back'),
  ),
  unsure: v.pipe(
    v.array(v.object({ version: text, why: text })),
    v.description('what stays applied, and may need what is undone'),
  ),
});

export type WayBackAnswer = Answer<typeof wayBackAnswer>;
