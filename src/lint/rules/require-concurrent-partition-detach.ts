import type { FormUse } from '../../facts/form.ts';
import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf } from '../help/alter-table.ts';
import { automaticFix, fixOf, shownFix } from '../help/fix.ts';
import { nameFor, stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

/** The first major version with DETACH PARTITION ... CONCURRENTLY. */
const DETACH_CONCURRENTLY = 14;

export const rule: Rule = {
  id: 'require-concurrent-partition-detach',
  topic: 'locks',
  summary: 'DETACH PARTITION without CONCURRENTLY blocks reads and writes of the whole partitioned table',
  severity: 'warning',
  weighed: true,
  on: ['detach-partition'],
  aliases: ['squawk:require-concurrent-partition-detach'],
  *statement(subject) {
    for (const use of usesOf(subject, 'detach-partition')) {
      if (couldBeConcurrent(subject, use)) yield complaint(subject, use);
    }
  },
};

/** It is refused while there is a default partition. */
function couldBeConcurrent({ options }: Subject, use: FormUse): boolean {
  return options.serverMajor >= DETACH_CONCURRENTLY && othersOf(use, 'default partition').length === 0;
}

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    message: `detaching a partition blocks all reads and writes of ${targetOf(use)}, also while it waits for the queries under way`,
    why: 'It takes ACCESS EXCLUSIVE on the partitioned table and on the partition. CONCURRENTLY takes SHARE UPDATE EXCLUSIVE on the first.',
    use,
    ...fixOf(subject, () => concurrently(subject)),
  };
}

function concurrently(subject: Subject): Fix | undefined {
  const alter = alterTableOf(subject);
  const partition = relationName(as('PartitionCmd', alter?.commands[0]?.command.def)?.name);
  if (!alter || !partition) return undefined;
  const detach = `${alter.head} DETACH PARTITION ${shown(partition)} CONCURRENTLY`;
  const check = checkLeftBehind(subject, partition, subject.known.table(alter.name));
  const title = 'detach it while the others are used';
  const sql = check
    ? [detach, `ALTER TABLE ${shown(partition)} DROP CONSTRAINT IF EXISTS ${displayIdentifier(check)}`]
    : [detach];
  const steps = [{ name: stepName('detach', partition.name), sql, rollback: [] }];
  return check ? automaticFix(title, steps) : shownFix(title, steps);
}

/** What CONCURRENTLY adds to the detached table unless another CHECK implies it: its old bounds as a CHECK, with the name that PostgreSQL makes for one. */
function checkLeftBehind(
  { known }: Subject,
  partition: QualifiedName,
  parent: KnownTable | undefined,
): string | undefined {
  const [column, ...more] = parent?.partitionedBy ?? [];
  if (column === undefined || !known.table(partition)) return undefined;
  return nameFor(known, partition, more.length === 0 ? [column] : [], 'check');
}
