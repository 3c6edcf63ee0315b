import { parseFileName } from '../../migration/filename.ts';
import { orderedByApplication } from '../../plan/as-applied.ts';
import { inForce, type LedgerEntry } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { standIns } from '../../plan/squash.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import { storedFileOf } from '../stored-file.ts';
import { fileOfText } from './file-of-text.ts';

/** A version that counts as applied, and of which it is not known what was run. */
export interface NotReplayed {
  readonly version: string;
  readonly reason: string;
}

export interface AppliedFiles {
  /** In the order in which they were applied. */
  readonly files: readonly MigrationFile[];
  readonly notReplayed: readonly NotReplayed[];
}

/**
 * What was applied to the database: the SQL as it was stored then. Where none was stored, a file with the recorded checksum
 * stands in for it, and the version is named all the same.
 */
export async function appliedFiles(control: Control, present: readonly MigrationFile[]): Promise<AppliedFiles> {
  const entries = [...control.ledger.entries].sort((a, b) => a.appliedOrder - b.appliedOrder);
  const bodies = await storedBodies(control);
  const files: MigrationFile[] = [];
  const notReplayed: NotReplayed[] = [];
  // What they stand for is there by itself.
  const without = standIns(present, entries);
  for (const entry of entries) {
    const { version } = entry;
    const half = halfDone(entry);
    if (half !== undefined) notReplayed.push({ version, reason: half });
    if (half !== undefined || !inForce(entry) || without.has(version)) continue;
    const body = bodies.get(version);
    const stored = body === undefined ? undefined : storedFile(version, body);
    if (stored === undefined) notReplayed.push({ version, reason: NOT_STORED });
    const file = stored ?? present.find((one) => one.version === version && isSame(one, entry));
    if (file) files.push(file);
  }
  return { files: orderedByApplication(files), notReplayed };
}

const NOT_STORED = 'its SQL was not stored when it was applied';

function isSame(file: MigrationFile, { checksum }: LedgerEntry): boolean {
  return checksum !== null && (file.checksum === checksum || file.checksumWithCrlf() === checksum);
}

function halfDone({ success, type, stepsDone, stepsTotal }: LedgerEntry): string | undefined {
  if (stepsTotal === null || (success && type !== 'rollback')) return undefined;
  return `it is interrupted: ${stepsDone ?? 0} of ${stepsTotal} steps are done`;
}

/** An older table stores none. */
async function storedBodies({ session, names, ledger }: Control): Promise<ReadonlyMap<string, string>> {
  if ((ledger.layout ?? 0) === 0) return new Map();
  const rows = await session.query(`SELECT version, body_sql FROM ${names.migrations} WHERE body_sql IS NOT NULL`);
  return new Map(rows.map((row) => [row.version ?? '', row.body_sql ?? '']));
}

function storedFile(version: string, body: string): MigrationFile | undefined {
  const named = parseFileName(`${version}.sql`);
  if (named instanceof Problem) return undefined;
  return fileOfText(named, storedFileOf(version), body);
}
