import type { FormUse } from '../../facts/form.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { alterTableOf } from '../help/alter-table.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { boundCondition } from '../help/partition-bound.ts';
import { type Proof, proofSteps, withoutProofs } from '../help/partition-proof.ts';
import { shown } from '../help/shown.ts';
import { firstInUse, isInUse } from '../help/tables.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'attaching-partition-unproven',
  topic: 'locks',
  summary:
    'ATTACH PARTITION reads the partition, and the default partition, unless valid CHECKs prove that every row fits',
  severity: 'warning',
  weighed: true,
  *statement(subject) {
    for (const use of usesOf(subject, 'attach-partition')) yield* complaints(subject, use);
  },
};

function* complaints(subject: Subject, use: FormUse): Generator<Complaint> {
  const read = [...othersOf(use, 'partition'), ...othersOf(use, 'default partition')];
  const table = firstInUse(subject, read);
  if (!table) return;
  const names = read.filter((name) => isInUse(subject, name)).map(shown);
  yield {
    offset: use.offset,
    message: `attaching reads every row of ${names.join(' and ')}, which nobody can read or write meanwhile`,
    why: `The partition and the default partition are held under ACCESS EXCLUSIVE. Valid CHECKs that hold the bounds make reading them needless; ${targetOf(use)} itself stays in use.`,
    use,
    table,
    ...fixOf(subject, proveFirst(subject, use)),
  };
}

function proveFirst(subject: Subject, use: FormUse): Fix | undefined {
  const { statement, known } = subject;
  const alter = alterTableOf(subject);
  const { bound, name } = as('PartitionCmd', alter?.commands[0]?.command.def) ?? {};
  const condition = boundCondition(bound, statement.sql, known.table(use.target));
  if (!alter || !name?.relname || condition === undefined) return undefined;
  const proofs: Proof[] = [
    ...othersOf(use, 'partition').map((table) => ({ table, name: `${table.name}_bounds`, condition })),
    ...othersOf(use, 'default partition').map((table) => ({
      table,
      name: `${table.name}_without_${name.relname}`,
      condition: `NOT (${condition})`,
    })),
  ];
  return automaticFix('prove the bounds first, while reads and writes go on', [
    ...proofSteps(proofs),
    attach(subject, proofs),
  ]);
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
