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
  /** It is about a table that gets rows meanwhile. */
  readonly refuses: boolean;
}

/** That the rows of a table are within the bounds. */
export function proofOfBounds(table: QualifiedName, condition: string): Proof {
  return { table, name: `${table.name}_bounds`, condition, refuses: false };
}

/** That no row of the default partition is within those of another one. */
export function proofBeside(table: QualifiedName, partition: QualifiedName, condition: string): Proof {
  return { table, name: `${table.name}_without_${partition.name}`, condition: `NOT (${condition})`, refuses: true };
}

/** From the CHECK on the default partition until ATTACH there is no place for a new row of these bounds: for the step that adds it. */
function refusalOf({ table }: Proof): string {
  return `From here until the partition is attached, a new row within its bounds is refused: it would go to ${shown(table)}.`;
}

/**
 * The CHECKs added without reading rows, each in a transaction of its own since each locks another table, then validated under a
 * lock that blocks neither reads nor writes.
 */
export function proofSteps(proofs: readonly Proof[], before: Pick<FixStep, 'sql' | 'rollback'> = EMPTY): FixStep[] {
  const add = proofs.map((proof, index) => addStep(proof, index === 0 ? before : EMPTY));
  const again = proofs.map((proof) => `${addProof(proof)} NOT VALID`);
  const validate = {
    name: stepName('validate', ...proofs.slice(0, 1).map(({ name }) => name)),
    sql: proofs.map((proof) => `${alterOf(proof)} VALIDATE CONSTRAINT ${displayIdentifier(proof.name)}`),
    rollback: [...withoutProofs(proofs).drop, ...again],
  };
  return [...add, validate];
}

const EMPTY = { sql: [], rollback: [] };

function addStep(proof: Proof, { sql, rollback }: Pick<FixStep, 'sql' | 'rollback'>): FixStep {
  return {
    name: stepName('add', proof.name),
    sql: [...sql, `${addProof(proof)} NOT VALID`],
    rollback: [dropProof(proof), ...rollback],
    ...(proof.refuses ? { comment: [refusalOf(proof)] } : {}),
  };
}

/** What drops them, and what makes them again. */
export function withoutProofs(proofs: readonly Proof[]): { readonly drop: string[]; readonly make: string[] } {
  return { drop: proofs.map(dropProof), make: proofs.map(addProof) };
}

function alterOf({ table }: Proof): string {
  return `ALTER TABLE ${shown(table)}`;
}

function dropProof(proof: Proof): string {
  return `${alterOf(proof)} DROP CONSTRAINT ${displayIdentifier(proof.name)}`;
}

function addProof(proof: Proof): string {
  return `${alterOf(proof)} ADD CONSTRAINT ${displayIdentifier(proof.name)} CHECK (${proof.condition})`;
}
