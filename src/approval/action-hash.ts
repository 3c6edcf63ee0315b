import { createHash } from 'node:crypto';
import { type BoundMigration, majorOf, type PlanBasis } from '../plan/bound.ts';
import type { PlannedAction } from './action.ts';

/**
 * SHA-256 (hex) of everything that an approval is bound to. Two plans have one hash only where the same files are run in the
 * same order, in the same manner, on the same database, on top of the same applied migrations. docs/FORMATS.md has the text
 * that is hashed.
 */
export function hashOfAction(action: PlannedAction): string {
  return sha256(canonicalText(action));
}

/** SHA-256 (hex) over a line `version checksum` for each, in their order. */
export function hashOfApplied(applied: PlanBasis['applied']): string {
  return sha256(applied.map(({ version, checksum }) => `${version} ${checksum ?? '-'}\n`).join(''));
}

/** The names of files are no part of it: they depend on the folder that somebody stands in. */
function canonicalText(action: PlannedAction): string {
  const { target, manner } = action;
  const where = [
    target.systemIdentifier,
    target.databaseOid,
    target.database,
    majorOf(target),
    target.trackingSchema,
    target.role,
    target.searchPath,
  ];
  const how = [manner.singleTransaction, manner.keeps, manner.putsBack, manner.forced];
  return JSON.stringify([
    'taskflow-approval-1',
    action.action,
    where,
    how,
    action.migrations.map(lineOf),
    action.background.map(lineOf),
    action.appliedSha256,
  ]);
}

function lineOf({ version, checksum, stepsDone }: BoundMigration) {
  return [version, checksum, stepsDone];
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
