import type { FormUse } from '../../facts/form.ts';
import type { Complaint } from '../finding.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'prefer-repack',
  topic: 'locks',
  summary: 'VACUUM FULL and CLUSTER write the whole table anew while nobody can use it',
  severity: 'error',
  weighed: true,
  on: ['vacuum-full', 'cluster', 'cluster-all'],
  aliases: ['squawk:prefer-repack', 'pgfence:vacuum-full'],
  *statement(subject) {
    for (const use of usesOf(subject, 'vacuum-full', 'cluster', 'cluster-all')) yield complaint(use);
  },
};

function complaint(use: FormUse): Complaint {
  const what = use.form.id === 'vacuum-full' ? 'VACUUM FULL' : 'CLUSTER';
  const held = use.target ? targetOf(use) : 'each table in turn';
  return {
    message: `${what} blocks all reads and writes of ${held} while it is written anew`,
    why: 'Table and indexes get new files under ACCESS EXCLUSIVE. pg_repack does the same beside reads and writes; a plain VACUUM makes the space free for new rows.',
    use,
  };
}
