/** Files and rows as the planner gets them, made from the text of a migration. */
import { checksumOf, crlfChecksumOf } from '../../src/migration/checksum.ts';
import { parseFileName } from '../../src/migration/filename.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import type { LedgerEntry } from '../../src/plan/ledger-entry.ts';
import type { MigrationFile } from '../../src/plan/migration-file.ts';
import { type MigrationStatus, reconcile } from '../../src/plan/reconcile.ts';
import { Problem } from '../../src/problem/problem.ts';

export const BODY = 'SELECT 1;\n';

export function fileOf(version: string, text = BODY): MigrationFile {
  const name = parseFileName(`${version}.sql`);
  if (name instanceof Problem) throw name;
  const bytes = Buffer.from(text);
  const load = () => parseMigration({ file: `m/${version}.sql`, stem: version, bytes });
  return {
    ...name,
    file: `m/${version}.sql`,
    checksum: checksumOf(bytes),
    checksumWithCrlf: () => crlfChecksumOf(bytes),
    replaces: () => (text.includes('Replaces:') ? load().headers.replaces : []),
    load,
  };
}

/** A file whose header says what it depends on. */
export function dependent(version: string, depends: string): MigrationFile {
  return fileOf(version, `-- Test\n-- Depends: ${depends}\n${BODY}`);
}

/** The row of a version that was applied from this text, unless `more` says otherwise. */
export function entryOf(version: string, more: Partial<LedgerEntry> = {}, text = BODY): LedgerEntry {
  const migration = parseMigration({ file: version, stem: '1_row', bytes: Buffer.from(text) });
  return {
    version,
    description: null,
    checksum: migration.checksum,
    bodyChecksum: migration.bodyChecksum,
    appliedAt: '2026-01-02T03:04:05Z',
    appliedBy: 'ada',
    executionTimeMs: 1,
    success: true,
    errorMessage: null,
    type: 'migration',
    appliedOrder: 0,
    stepsDone: null,
    stepsTotal: null,
    hasRollback: true,
    hasBody: true,
    ...more,
  };
}

/** The row of a version that is found to be already there, by `init`: nothing is known of its text. */
export function adoptedEntry(version: string): LedgerEntry {
  return entryOf(version, { type: 'baseline', checksum: null, bodyChecksum: null, hasBody: false });
}

/** Files by their versions or as made; rows as made or by the versions that were applied, in the order of their application. */
export function statusesOf(
  files: readonly (string | MigrationFile)[],
  entries: readonly (string | LedgerEntry)[] = [],
): MigrationStatus[] {
  const made = files.map((one) => (typeof one === 'string' ? fileOf(one) : one));
  const text = new Map(made.map((one) => [one.version, one]));
  const rows = entries.map((one) => (typeof one === 'string' ? entryFrom(one, text.get(one)) : one));
  return reconcile(
    made,
    rows.map((row, i) => ({ ...row, appliedOrder: i + 1 })),
  );
}

function entryFrom(version: string, file: MigrationFile | undefined): LedgerEntry {
  return entryOf(version, {}, file?.load().text ?? BODY);
}

/** Every problem that was reported, those gathered under a heading one by one. */
export function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.fields.also ?? [error];
  }
  throw new Error('nothing was refused');
}
