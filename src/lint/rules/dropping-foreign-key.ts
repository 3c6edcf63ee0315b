import type { FormUse } from '../../facts/form.ts';
import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { namesOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { isInUse, shortName } from '../help/tables.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-foreign-key',
  topic: 'locks',
  summary: 'Dropping a foreign key, or a table with one, locks the tables at both of its ends',
  severity: 'note',
  weighed: true,
  on: ['drop-foreign-key', 'drop-table-foreign-key'],
  *statement(subject) {
    for (const use of usesOf(subject, 'drop-foreign-key', 'drop-table-foreign-key')) yield* complaints(subject, use);
  },
};

function* complaints(subject: Subject, use: FormUse): Generator<Complaint> {
  const ends = [...othersOf(use, 'referenced table'), ...othersOf(use, 'referencing tables')];
  const others = ends
    .filter((name) => isInUse(subject, name))
    .map((name) => shown(shortName(subject, { schema: subject.known.defaultSchema, ...name })));
  if (others.length === 0) return;
  yield {
    offset: use.offset,
    message: `${[targetOf(use), ...others].join(' and ')} are all blocked for reads and writes, the first while this waits for the next`,
    why: 'The triggers at both ends go, which takes ACCESS EXCLUSIVE on each table. A foreign key by itself, with a short lock_timeout, is over soon.',
    use,
    severity: 'note',
    ...fixOf(subject, () => keysFirst(subject, use)),
  };
}

/** Each key in a migration of its own, then the table, which then nobody else notices. */
function keysFirst(subject: Subject, use: FormUse): Fix | undefined {
  const drop = as('DropStmt', subject.tree?.node);
  const table = subject.known.table(use.target);
  if (!drop || !table || namesOf(drop.objects).length > 1) return undefined;
  const keys = [...ownKeys(subject, table), ...keysTo(subject, table)];
  const then = { name: stepName('drop', table.name.name), sql: [subject.statement.sql], rollback: [] };
  return shownFix('drop its foreign keys first, one at a time', [...keys, then]);
}

function ownKeys(subject: Subject, table: KnownTable): FixStep[] {
  const keys = [...table.constraints.values()].filter(({ type }) => type === 'foreign key');
  return keys.map(({ name }) => dropKey(subject, table, name));
}

function keysTo(subject: Subject, table: KnownTable): FixStep[] {
  return subject.known.referencing(table.name).map((one) => dropKey(subject, one.table, one.constraint));
}

function dropKey(subject: Subject, { name: table }: KnownTable, constraint: string): FixStep {
  const sql = `ALTER TABLE ${shown(shortName(subject, table))} DROP CONSTRAINT ${displayIdentifier(constraint)}`;
  return { name: stepName('drop', constraint), sql: [sql], rollback: [] };
}
