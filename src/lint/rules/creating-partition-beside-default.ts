import type { FormUse } from '../../facts/form.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { boundCondition } from '../help/partition-bound.ts';
import { type Proof, proofBeside, proofOfBounds, proofSteps, withoutProofs } from '../help/partition-proof.ts';
import { listed, shown } from '../help/shown.ts';
import { firstInUse, shortName } from '../help/tables.ts';
import { wordsOf } from '../help/tokens.ts';
import { othersOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'creating-partition-beside-default',
  topic: 'locks',
  summary: 'CREATE TABLE ... PARTITION OF reads the default partition while the whole partitioned table is blocked',
  severity: 'warning',
  weighed: true,
  on: ['create-table-partition-of-with-default'],
  *statement(subject) {
    for (const use of usesOf(subject, 'create-table-partition-of-with-default')) yield* complaints(subject, use);
  },
};

function* complaints(subject: Subject, use: FormUse): Generator<Complaint> {
  const [parents, defaults] = [othersOf(use, 'parent'), othersOf(use, 'default partition')];
  const table = firstInUse(subject, defaults);
  if (!table) return;
  yield {
    offset: use.offset,
    message: `this blocks all reads and writes of ${listed(parents.map(shown))} while every row of ${listed(defaults.map((name) => shown(shortName(subject, name))))} is read`,
    why: 'Both are held under ACCESS EXCLUSIVE, since rows of the default partition may belong to the new one. A valid CHECK on it makes reading it needless, and ATTACH PARTITION leaves the others in use.',
    use,
    table,
    ...fixOf(subject, () => attachLater(subject, use)),
  };
}

function attachLater(subject: Subject, use: FormUse): Fix | undefined {
  const { tree, statement, known } = subject;
  const create = as('CreateStmt', tree?.node);
  const [parent, partition] = [othersOf(use, 'parent')[0], relationName(create?.relation)];
  const condition = boundCondition(create?.partbound, statement.sql, known.table(parent));
  const values = boundText(statement.sql);
  if (!parent || !partition || condition === undefined || values === undefined || isMore(subject)) return undefined;
  const defaults = othersOf(use, 'default partition').map((table) => shortName(subject, table));
  const proofs = defaults.map((table) => proofBeside(table, partition, condition));
  const own = proofOfBounds(partition, condition);
  const made = standAlone(partition, parent, own);
  const steps = [...proofSteps(proofs, made), attach(partition, parent, values, [own, ...proofs])];
  return shownFix('make it apart, then attach it; new rows of its bounds are refused until then', steps);
}

/** Columns of its own, partitions of its own or storage: too much to say it in other words. */
function isMore({ tree }: Subject): boolean {
  const create = as('CreateStmt', tree?.node);
  return Boolean(create?.tableElts?.length || create?.partspec || create?.options?.length || create?.tablespacename);
}

/** FOR VALUES ..., to the end of the statement. */
function boundText(statement: string): string | undefined {
  const place = wordsOf(statement).findLast(({ word, depth }) => word === 'FOR' && depth === 0);
  return place && statement.slice(place.start);
}

/** Its CHECK holds from the first row on, so that the rows that it has by the time it is attached need not be read. */
function standAlone(partition: QualifiedName, parent: QualifiedName, own: Proof): Pick<FixStep, 'sql' | 'rollback'> {
  const like = 'INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE';
  return {
    sql: [`CREATE TABLE ${shown(partition)} (LIKE ${shown(parent)} ${like})`, ...withoutProofs([own]).make],
    rollback: [`DROP TABLE ${shown(partition)}`],
  };
}

function attach(partition: QualifiedName, parent: QualifiedName, values: string, proofs: readonly Proof[]): FixStep {
  const { drop, make } = withoutProofs(proofs);
  const alter = `ALTER TABLE ${shown(parent)}`;
  return {
    name: stepName('attach', partition.name),
    sql: [`${alter} ATTACH PARTITION ${shown(partition)} ${values}`, ...drop],
    rollback: [`${alter} DETACH PARTITION ${shown(partition)}`, ...make],
  };
}
