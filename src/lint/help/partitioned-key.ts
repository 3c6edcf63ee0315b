import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import type { FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { stepName } from './names.ts';
import { shown } from './shown.ts';
import { isSameTable, shortName } from './tables.ts';

/** Whether a partition has that foreign key already, checked: PostgreSQL then takes it over and reads nothing (12 to 18). */
export function hasKey({ known }: Subject, { constraints }: KnownTable, key: Fields<'Constraint'>): boolean {
  const to = relationName(key.pktable);
  const columns = stringsOf(key.fk_attrs).join();
  return [...constraints.values()].some(
    (one) =>
      one.type === 'foreign key' &&
      one.validated &&
      one.columns.join() === columns &&
      to !== undefined &&
      one.references !== undefined &&
      isSameTable(one.references.table, known.resolve(to)),
  );
}

/**
 * A foreign key of a partitioned table where it cannot be NOT VALID (before 18): added to each partition so, validated there, and
 * then to the table, which takes over those that are there.
 */
export function partitionKeySteps(
  subject: Subject,
  head: string,
  partitions: readonly KnownTable[],
  name: string,
  definition: string,
): FixStep[] {
  const constraint = displayIdentifier(name);
  const heads = partitions.map((one) => `ALTER TABLE ${shown(shortName(subject, one.name))}`);
  const add = `ADD CONSTRAINT ${constraint} ${definition}`;
  const drop = heads.map((one) => `${one} DROP CONSTRAINT ${constraint}`);
  const unchecked = heads.map((one) => `${one} ${add} NOT VALID`);
  return [
    { name: stepName('add', name, 'to_partitions'), sql: unchecked, rollback: drop },
    {
      name: stepName('validate', name),
      sql: heads.map((one) => `${one} VALIDATE CONSTRAINT ${constraint}`),
      rollback: [...drop, ...unchecked],
    },
    {
      name: stepName('add', name),
      sql: [`${head} ${add}`],
      rollback: [`${head} DROP CONSTRAINT ${constraint}`, ...heads.map((one) => `${one} ${add}`)],
    },
  ];
}
