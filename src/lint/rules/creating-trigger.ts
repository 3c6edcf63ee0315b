import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'creating-trigger',
  topic: 'locks',
  summary: 'CREATE TRIGGER waits for the writes under way and holds up new ones meanwhile',
  severity: 'note',
  weighed: true,
  on: ['create-trigger'],
  *statement(subject) {
    for (const use of usesOf(subject, 'create-trigger')) {
      yield {
        message: `writes to ${targetOf(use)} wait while this waits for those under way, and until the transaction ends`,
        why: 'It takes SHARE ROW EXCLUSIVE, and nothing but the time of the transaction. From then on every write runs the trigger.',
        use,
        severity: 'note',
      };
    }
  },
};
