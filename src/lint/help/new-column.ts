import type { FormUse } from '../../facts/form.ts';
import type { Subject } from '../rule.ts';
import { addColumnOf } from './add-column.ts';
import { alterTableOf, commandOf } from './alter-table.ts';
import type { NewColumn } from './column-steps.ts';

/** The ADD COLUMN that a use is about. */
export function newColumnOf(subject: Subject, use: FormUse): NewColumn | undefined {
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AddColumn');
  const added = addColumnOf(part, subject.tree);
  return alter && part && added && { subject, alter, part, added };
}
