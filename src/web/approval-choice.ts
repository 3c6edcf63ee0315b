import * as v from 'valibot';
import { word } from './answers/shapes.ts';

/** What an approval is asked for, as far as a query can say it: `migrate` as the console applies, or `rollback`. */
export const choiceInput = {
  action: v.optional(v.picklist(['migrate', 'rollback'], '"migrate" or "rollback"')),
  to: v.optional(v.pipe(word, v.description('everything up to this version; of a rollback, everything behind it'))),
  only: v.optional(v.pipe(word, v.description('of migrate: this version and what it needs'))),
  version: v.optional(v.pipe(word, v.description('of rollback: this one'))),
  cascade: v.optional(v.picklist(['true', 'false'])),
  data: v.optional(v.pipe(v.picklist(['true', 'false']), v.description('of rollback: put back what was kept (true)'))),
  steps: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,3}$/, 'a number from 1 to 9999'),
      v.description('of rollback: so many of those applied last (1)'),
    ),
  ),
};

type Given = v.InferOutput<v.ObjectSchema<typeof choiceInput, undefined>>;

/** The engine's value of it. */
export function choiceOf({ action = 'migrate', to, only, version, cascade, data, steps }: Given) {
  if (action === 'migrate')
    return {
      action,
      to: to || null,
      only: only || null,
      allowLate: false,
      singleTransaction: false,
      forceContract: null,
    } as const;
  return {
    action,
    to: to || null,
    version: version || null,
    cascade: cascade === 'true',
    steps: steps === undefined ? null : Number(steps),
    data: data !== 'false',
  } as const;
}
