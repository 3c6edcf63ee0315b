import type { ReplacedVersion } from '../migration/migration.ts';
import { count } from '../problem/quantity.ts';
import { inForce, type LedgerEntry } from './ledger-entry.ts';
import type { MigrationFile } from './migration-file.ts';

/** What a database has of the versions that a squash stands for. */
export interface Coverage {
  /** The rows of those that are in force. */
  readonly held: readonly LedgerEntry[];
  /** Those that are not; empty where the database has all that the squash stands for. */
  readonly lacking: readonly string[];
  /** Those in force whose SQL was not what was folded. */
  readonly differing: readonly string[];
}

export function coverageOf(replaces: readonly ReplacedVersion[], entries: ReadonlyMap<string, LedgerEntry>): Coverage {
  const has = (version: string) => isThere(entries.get(version));
  const isHeld = ({ version }: ReplacedVersion) => has(version);
  return {
    held: replaces.filter(isHeld).flatMap(({ version }) => entries.get(version) ?? []),
    lacking: replaces.filter(({ within }) => within === null).flatMap((one) => lackingOf(one, replaces, has)),
    differing: replaces
      .filter((one) => isHeld(one) && differs(one, entries.get(one.version)))
      .map((one) => one.version),
  };
}

/** Whether all that a squash stands for is there, by who knows what is. */
export function isCovered(replaces: readonly ReplacedVersion[], has: (version: string) => boolean): boolean {
  const direct = replaces.filter(({ within }) => within === null);
  return direct.length > 0 && direct.every((one) => lackingOf(one, replaces, has).length === 0);
}

function isThere(entry: LedgerEntry | undefined): boolean {
  return entry !== undefined && inForce(entry) && entry.stepsTotal === null;
}

/** A squash that is replaced itself is there where its row is, or where all that it stood for is. */
function lackingOf(
  { version }: ReplacedVersion,
  replaces: readonly ReplacedVersion[],
  has: (version: string) => boolean,
): string[] {
  if (has(version)) return [];
  const parts = replaces.filter(({ within }) => within === version);
  const lacking = parts.flatMap((one) => lackingOf(one, replaces, has));
  return parts.length === 0 || lacking.length === parts.length ? [version] : lacking;
}

/** What cannot be compared is taken at its word. */
function differs({ body }: ReplacedVersion, entry: LedgerEntry | undefined): boolean {
  return body !== null && entry?.bodyChecksum != null && !entry.bodyChecksum.toLowerCase().startsWith(body);
}

/** The row that a database will have of a squash whose migrations it all has: nothing was run, and nothing goes behind it. */
export function standInEntry(file: MigrationFile, held: readonly LedgerEntry[]): LedgerEntry {
  const last = [...held].sort((a, b) => a.appliedOrder - b.appliedOrder).at(-1);
  return {
    version: file.version,
    description: null,
    checksum: file.checksum,
    bodyChecksum: null,
    appliedAt: last?.appliedAt ?? null,
    appliedBy: last?.appliedBy ?? null,
    executionTimeMs: null,
    success: true,
    errorMessage: null,
    type: 'baseline',
    appliedOrder: last?.appliedOrder ?? 0,
    stepsDone: null,
    stepsTotal: null,
    hasRollback: false,
    hasBody: false,
  };
}

/** By each version that one of the files stands for, the version of that file; of several the last one. */
export function replacedVersions(files: readonly MigrationFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const squashes = files.filter((file) => file.replaces().length > 0);
  for (const file of squashes.sort((a, b) => (a.number < b.number ? -1 : 1)))
    for (const { version } of file.replaces()) found.set(version, file.version);
  return found;
}

/**
 * The versions of squashes whose rows say only that the database has all that they stand for: what was run there is in the
 * rows of those.
 */
export function standIns(files: readonly MigrationFile[], entries: readonly LedgerEntry[]): ReadonlySet<string> {
  const byVersion = new Map(entries.map((entry) => [entry.version, entry]));
  const has = (version: string) => isThere(byVersion.get(version));
  const found = new Set<string>();
  for (const file of files) {
    const replaces = file.replaces();
    const squashes = [
      { version: file.version, parts: replaces.filter(({ within }) => within === null) },
      ...[...new Set(replaces.flatMap(({ within }) => within ?? []))].map((version) => ({
        version,
        parts: replaces.filter(({ within }) => within === version),
      })),
    ];
    for (const { version, parts } of squashes) {
      const lacking = parts.flatMap((one) => lackingOf(one, replaces, has));
      const isBaseline = byVersion.get(version)?.type === 'baseline';
      if (isBaseline && parts.length > 0 && lacking.length === 0) found.add(version);
    }
  }
  return found;
}

/** What `status` says of a squash that is not on record. */
export function standInNote(coverage: Coverage): string {
  const amount = count(coverage.held.length, 'migration');
  return `stands for ${amount} that ${coverage.held.length === 1 ? 'is' : 'are'} applied; migrate puts that on record`;
}

export function lackingNote({ held, lacking }: Coverage): string {
  return `${count(held.length, 'migration')} that it stands for ${held.length === 1 ? 'is' : 'are'} applied, but not ${named(lacking)}`;
}

const SHOWN_MAX = 5;

/** The first few. */
export function named(versions: readonly string[]): string {
  const more = versions.length > SHOWN_MAX ? ` and ${versions.length - SHOWN_MAX} more` : '';
  return `${versions.slice(0, SHOWN_MAX).join(', ')}${more}`;
}
