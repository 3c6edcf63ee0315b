import type { FormId, FormUse } from '../../facts/form.ts';
import type { Complaint } from '../finding.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule } from '../rule.ts';

const WHAT: { readonly [form in FormId]?: string } = {
  'set-logged': 'all of it is written anew, and to the write-ahead log',
  'set-unlogged': 'all of it is written anew',
  'set-tablespace': 'all of it is copied to the other tablespace',
  'set-access-method': 'all of it is written anew in the other form',
};

const FORMS = Object.keys(WHAT) as FormId[];

export const rule: Rule = {
  id: 'changing-table-storage',
  topic: 'locks',
  summary: 'SET LOGGED, UNLOGGED, TABLESPACE or ACCESS METHOD writes the whole table anew while nobody can use it',
  severity: 'error',
  weighed: true,
  on: FORMS,
  *statement(subject) {
    for (const use of usesOf(subject, ...FORMS)) yield complaint(use);
  },
};

function complaint(use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `this blocks all reads and writes of ${targetOf(use)} while ${WHAT[use.form.id]}`,
    why: 'Table and indexes get new files under ACCESS EXCLUSIVE. There is no concurrent form: on a large table, a new table filled in batches, or pg_repack.',
    use,
  };
}
