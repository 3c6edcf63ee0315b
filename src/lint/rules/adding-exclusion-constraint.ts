import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-exclusion-constraint',
  topic: 'locks',
  summary: 'ADD EXCLUDE blocks the table while its index is built, which takes long and has no concurrent form',
  severity: 'warning',
  weighed: true,
  on: ['add-exclude'],
  aliases: ['eugene:E8', 'pgfence:add-constraint-exclude'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-exclude')) {
      yield {
        offset: use.offset,
        message: `adding this constraint blocks all reads and writes of ${targetOf(use)} until its index is built`,
        why: 'No exclusion constraint can be made of an index that exists. On a large table: a new table with it, filled in batches, then the names exchanged.',
        use,
      };
    }
  },
};
