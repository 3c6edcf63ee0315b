import type { FormUse } from '../../facts/form.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { type AlterTable, alterTableOf, commandOf, withCommand } from '../help/alter-table.ts';
import { constraintBody } from '../help/constraint-body.ts';
import { constraintSteps } from '../help/constraint-steps.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { leafPartitions } from '../help/leaf-partitions.ts';
import { nameFor } from '../help/names.ts';
import { hasKey, partitionKeySteps } from '../help/partitioned-key.ts';
import { shown } from '../help/shown.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-foreign-key-constraint',
  topic: 'locks',
  summary: 'A FOREIGN KEY that is checked at once blocks writes to both tables meanwhile',
  severity: 'warning',
  weighed: true,
  on: ['add-foreign-key'],
  aliases: ['squawk:adding-foreign-key-constraint', 'eugene:E1', 'pgfence:add-constraint-fk-no-not-valid'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-foreign-key')) {
      if (!isTakenOver(subject, use)) yield complaint(subject, use);
    }
  },
};

/** Every partition has the key already. */
function isTakenOver(subject: Subject, use: FormUse): boolean {
  const key = keyOf(subject, use);
  const partitions = leafPartitions(subject, subject.known.table(use.target));
  return key !== undefined && (partitions?.every((one) => hasKey(subject, one, key)) ?? false);
}

function keyOf(subject: Subject, use: FormUse) {
  return as('Constraint', commandOf(alterTableOf(subject), use, 'AT_AddConstraint')?.command.def);
}

function complaint(subject: Subject, use: FormUse): Complaint {
  const referenced = othersOf(use, 'referenced table').map(shown);
  const both = [targetOf(use), ...referenced.slice(0, 1)].join(' and ');
  return {
    offset: use.offset,
    message: `adding this foreign key blocks writes to ${both} while every row of ${targetOf(use)} is looked up`,
    why: 'Both tables are held under SHARE ROW EXCLUSIVE. NOT VALID skips the rows; VALIDATE CONSTRAINT then reads them while writes go on.',
    use,
    ...fixOf(subject, () => inTwoSteps(subject, use)),
  };
}

/** The first major version that takes NOT VALID on a partitioned table. */
const NOT_VALID_ON_PARTITIONED = 18;

function inTwoSteps(subject: Subject, use: FormUse): Fix | undefined {
  const { known, options } = subject;
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AddConstraint');
  const key = keyOf(subject, use);
  if (!alter || !part || !key) return undefined;
  const wanted = {
    name: key.conname ?? nameFor(known, alter.name, stringsOf(key.fk_attrs), 'fkey'),
    definition: constraintBody(part.text),
  };
  const isPartitioned = known.table(alter.name)?.kind === 'partitioned table';
  if (isPartitioned && options.serverMajor < NOT_VALID_ON_PARTITIONED) return toPartitions(subject, alter, wanted);
  const around = (text: string) => withCommand(alter, part, text);
  const steps = constraintSteps(alter.head, wanted.name, wanted.definition, around);
  return automaticFix('add it NOT VALID, then validate it while writes go on', steps);
}

interface Wanted {
  readonly name: string;
  readonly definition: string;
}

function toPartitions(subject: Subject, alter: AlterTable, { name, definition }: Wanted): Fix | undefined {
  const partitions = leafPartitions(subject, subject.known.table(alter.name));
  if (!partitions || alter.commands.length > 1) return undefined;
  const steps = partitionKeySteps(subject, alter.head, partitions, name, definition);
  return automaticFix('add it to each partition NOT VALID, and validate it there, first', steps);
}
