import type { FormUse } from '../../facts/form.ts';
import { holdsBound } from '../../facts/recognize/partitions.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { alterTableOf } from '../help/alter-table.ts';
import { automaticFix, fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { boundCondition } from '../help/partition-bound.ts';
import { type Proof, proofBeside, proofOfBounds, proofSteps, withoutProofs } from '../help/partition-proof.ts';
import { shown } from '../help/shown.ts';
import { firstInUse, isInUse, shortName } from '../help/tables.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'attaching-partition-unproven',
  topic: 'locks',
  summary:
    'ATTACH PARTITION reads the partition, and the default partition, unless valid CHECKs prove that every row fits',
  severity: 'warning',
  weighed: true,
  on: ['attach-partition'],
  *statement(subject) {
    for (const use of usesOf(subject, 'attach-partition')) yield* complaints(subject, use);
  },
};

function* complaints(subject: Subject, use: FormUse): Generator<Complaint> {
  const read = unproven(subject, use).filter((name) => isInUse(subject, name));
  const table = firstInUse(subject, read);
  if (!table) return;
  const names = read.map((name) => shown(shortName(subject, name)));
  yield {
    offset: use.offset,
    message: `attaching reads every row of ${names.join(' and ')}, which nobody can read or write meanwhile`,
    why: `The partition and the default partition are held under ACCESS EXCLUSIVE. Valid CHECKs that hold the bounds make reading them needless; ${targetOf(use)} itself stays in use.`,
    use,
    table,
    ...fixOf(subject, () => proveFirst(subject, use)),
  };
}

/** The partition and the default partition, as far as no CHECK proves their rows. */
function unproven(subject: Subject, use: FormUse): QualifiedName[] {
  const bound = partitionCommand(subject)?.bound;
  return [...othersOf(use, 'partition'), ...othersOf(use, 'default partition')].filter((name) => {
    const table = subject.known.table(name);
    return !table || !holdsBound(table, bound);
  });
}

function partitionCommand(subject: Subject) {
  return as('PartitionCmd', alterTableOf(subject)?.commands[0]?.command.def);
}

function proveFirst(subject: Subject, use: FormUse): Fix | undefined {
  const { statement, known } = subject;
  const { bound, name } = partitionCommand(subject) ?? {};
  const partition = relationName(name);
  const condition = boundCondition(bound, statement.sql, known.table(use.target));
  if (!partition || condition === undefined) return undefined;
  const defaults = othersOf(use, 'default partition').map((table) => shortName(subject, table));
  const proofs = [
    proofOfBounds(partition, condition),
    ...defaults.map((table) => proofBeside(table, partition, condition)),
  ];
  const steps = [...proofSteps(proofs), attach(subject, proofs)];
  if (defaults.length === 0) return automaticFix('prove the bounds first, while reads and writes go on', steps);
  return shownFix('prove the bounds first; new rows within them are refused until it is attached', steps);
}

function attach({ statement }: Subject, proofs: readonly Proof[]): FixStep {
  const { drop, make } = withoutProofs(proofs);
  const [partition] = proofs;
  const detach = statement.sql.replace(/\bATTACH\b/i, 'DETACH').replace(/\s+(?:FOR\s+VALUES|DEFAULT)\b[\s\S]*$/i, '');
  return {
    name: stepName('attach', partition?.table.name ?? ''),
    sql: [statement.sql, ...drop],
    rollback: [detach, ...make],
  };
}
