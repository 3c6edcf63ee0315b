import type { FormUse } from '../../facts/form.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { namesOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { listed, shown } from '../help/shown.ts';
import { shortName } from '../help/tables.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

/** The first major version with DETACH PARTITION ... CONCURRENTLY. */
const DETACH_CONCURRENTLY = 14;

export const rule: Rule = {
  id: 'dropping-partition',
  topic: 'locks',
  summary: 'DROP TABLE of a partition blocks the whole partitioned table until its files are gone',
  severity: 'warning',
  weighed: true,
  on: ['drop-partition'],
  *statement(subject) {
    for (const use of usesOf(subject, 'drop-partition')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  const others = [...othersOf(use, 'parent'), ...othersOf(use, 'default partition')];
  const held = others.map((name) => shown(shortName(subject, name)));
  return {
    message: `dropping ${targetOf(use)} blocks all reads and writes of ${listed(held)} as well`,
    why: 'A partition is dropped under ACCESS EXCLUSIVE on the partitioned table and on its default partition. Once it is detached, nobody else notices.',
    use,
    ...fixOf(subject, () => detachFirst(subject, use)),
  };
}

/** What is dropped, no rollback brings back: a person has to say so. */
function detachFirst(subject: Subject, use: FormUse): Fix | undefined {
  const drop = as('DropStmt', subject.tree?.node);
  const [parent] = othersOf(use, 'parent');
  const [partition, ...more] = namesOf(drop?.objects);
  if (!drop || !parent || !partition || more.length > 0 || drop.behavior === 'DROP_CASCADE') return undefined;
  const detach = {
    name: stepName('detach', partition.name),
    sql: [detaching(subject, use, parent, partition)],
    rollback: [],
  };
  const then = { name: stepName('drop', partition.name), sql: [subject.statement.sql], rollback: [] };
  return shownFix('detach it first, then drop it by itself', [detach, then]);
}

/** CONCURRENTLY is refused while there is a default partition. */
function detaching(subject: Subject, use: FormUse, parent: QualifiedName, partition: QualifiedName): string {
  const can = subject.options.serverMajor >= DETACH_CONCURRENTLY && othersOf(use, 'default partition').length === 0;
  return `ALTER TABLE ${shown(shortName(subject, parent))} DETACH PARTITION ${shown(partition)}${can ? ' CONCURRENTLY' : ''}`;
}
