import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { FixStep } from '../finding.ts';
import { stepName } from './names.ts';
import { shown } from './shown.ts';

/** A CHECK for the time until the partition is attached. */
export interface Proof {
  readonly table: QualifiedName;
  readonly name: string;
  readonly condition: string;
}

/** The CHECKs added without reading rows, then validated under a lock that blocks neither reads nor writes. */
export function proofSteps(proofs: readonly Proof[], before: Pick<FixStep, 'sql' | 'rollback'> = EMPTY): FixStep[] {
  const { drop } = withoutProofs(proofs);
  const add = proofs.map((proof) => `${addProof(proof)} NOT VALID`);
  const validate = proofs.map(
    ({ table, name }) => `ALTER TABLE ${shown(table)} VALIDATE CONSTRAINT ${displayIdentifier(name)}`,
  );
  const about = proofs[0]?.name ?? '';
  return [
    { name: stepName('add', about), sql: [...before.sql, ...add], rollback: [...drop, ...before.rollback] },
    { name: stepName('validate', about), sql: validate, rollback: [...drop, ...add] },
  ];
}

const EMPTY = { sql: [], rollback: [] };

/** What drops them, and what makes them again. */
export function withoutProofs(proofs: readonly Proof[]): { readonly drop: string[]; readonly make: string[] } {
  const drop = proofs.map(
    ({ table, name }) => `ALTER TABLE ${shown(table)} DROP CONSTRAINT ${displayIdentifier(name)}`,
  );
  return { drop, make: proofs.map(addProof) };
}

function addProof({ table, name, condition }: Proof): string {
  return `ALTER TABLE ${shown(table)} ADD CONSTRAINT ${displayIdentifier(name)} CHECK (${condition})`;
}
