import { compareByNumber } from '../graph/order.ts';
import { parseFileName } from '../migration/filename.ts';
import type { ReplacedVersion } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import { inForce, type LedgerEntry } from './ledger-entry.ts';
import type { MigrationFile } from './migration-file.ts';
import { coverageOf, lackingNote, replacedVersions, standInEntry, standInNote } from './squash.ts';
import type { MigrationState } from './state.ts';

/** One migration as the files and the ledger together tell it. */
export interface MigrationStatus {
  readonly version: string;
  readonly number: bigint;
  readonly state: MigrationState;
  readonly file: MigrationFile | undefined;
  readonly entry: LedgerEntry | undefined;
  /** What is worth knowing and stops nothing. */
  readonly notes: readonly string[];
  /** Of a squash: what it stands for. */
  readonly replaces?: readonly ReplacedVersion[];
  /** Of a squash: all that it stands for is in force, which is not on record yet; `entry` is what will be. */
  readonly unrecorded?: boolean;
  /** Of a squash that is to be applied, while some of what it stands for is in force: what is not. */
  readonly lacking?: readonly string[];
  /** Of a squash: what it stands for and was applied with other SQL. */
  readonly differing?: readonly string[];
  /** The squash that stands for it. */
  readonly replacedBy?: string;
}

/** Puts files and ledger side by side, in the order of numbers. `running`: versions that a live runner is at. */
export function reconcile(
  files: readonly MigrationFile[],
  entries: readonly LedgerEntry[],
  running: ReadonlySet<string> = new Set(),
): MigrationStatus[] {
  const byVersion = new Map(entries.map((entry) => [entry.version, entry]));
  const replaced = replacedVersions(files);
  const known = files.map((file) => asSquash(statusOf(file, byVersion.get(file.version), running), file, byVersion));
  const versions = new Set(files.map((file) => file.version));
  const gone = entries.filter((entry) => !versions.has(entry.version)).map(withoutFile);
  const all = [...known, ...gone].sort(compareByNumber);
  return replaced.size === 0 ? all : all.map((one) => asReplaced(one, replaced.get(one.version)));
}

/** What a squash stands for counts as well as its own row. */
function asSquash(
  status: MigrationStatus,
  file: MigrationFile,
  entries: ReadonlyMap<string, LedgerEntry>,
): MigrationStatus {
  const replaces = file.replaces();
  if (replaces.length === 0) return status;
  const isOnRecord = status.entry !== undefined && inForce(status.entry);
  if (isOnRecord || !OPEN.has(status.state)) return { ...status, replaces };
  const coverage = coverageOf(replaces, entries);
  const { held, lacking, differing } = coverage;
  if (held.length === 0) return { ...status, replaces };
  if (lacking.length > 0) return { ...status, replaces, lacking, notes: [...status.notes, lackingNote(coverage)] };
  const entry = standInEntry(file, held);
  const notes = [standInNote(coverage)];
  return { ...status, state: 'baseline', entry, notes, replaces, differing, unrecorded: true };
}

/** As if nobody had tried it. */
const OPEN: ReadonlySet<MigrationState> = new Set(['pending', 'failed', 'rolled_back', 'skipped']);

function asReplaced(status: MigrationStatus, replacedBy: string | undefined): MigrationStatus {
  if (replacedBy === undefined) return status;
  const state = status.state !== 'missing' ? status.state : status.entry?.type === 'baseline' ? 'baseline' : 'applied';
  return { ...status, state, replacedBy, notes: [...status.notes, `${replacedBy} stands for it`] };
}

function statusOf(file: MigrationFile, entry: LedgerEntry | undefined, running: ReadonlySet<string>): MigrationStatus {
  const { version, number } = file;
  if (running.has(version)) return { version, number, state: 'running', file, entry, notes: NO_NOTES };
  if (!entry) return { version, number, state: 'pending', file, entry, notes: NO_NOTES };
  if (!entry.success || entry.type === 'rollback') {
    return { version, number, state: notInForce(entry, running), file, entry, notes: NO_NOTES };
  }
  if (entry.stepsTotal !== null)
    return { version, number, state: 'interrupted', file, entry, notes: [halfBack(entry)] };
  const { modified, notes } = compareContent(file, entry);
  const state = modified ? 'modified' : entry.type === 'baseline' ? 'baseline' : 'applied';
  return { version, number, state, file, entry, notes };
}

const NO_NOTES: readonly string[] = [];
const UNCHANGED = { modified: false, notes: NO_NOTES };

function notInForce(entry: LedgerEntry, running: ReadonlySet<string>): MigrationState {
  if (entry.type === 'rollback') return 'rolled_back';
  if (entry.type === 'skipped') return 'skipped';
  if (running.has(entry.version)) return 'running';
  if (entry.errorMessage !== null) return 'failed';
  if (entry.stepsTotal !== null) return 'interrupted';
  // Left to `data run`, or stopped on request.
  return entry.type === 'data' ? 'pending' : 'failed';
}

function halfBack({ stepsDone, stepsTotal }: LedgerEntry): string {
  return `its rollback stopped after ${stepsDone ?? 0} of ${stepsTotal} steps; rollback goes on there`;
}

function withoutFile(entry: LedgerEntry): MigrationStatus {
  const parsed = parseFileName(`${entry.version}.sql`);
  const number = parsed instanceof Problem ? -1n : parsed.number;
  const half = inForce(entry) && entry.stepsTotal !== null;
  const state: MigrationState = half ? 'interrupted' : inForce(entry) ? 'missing' : notInForce(entry, new Set());
  return { version: entry.version, number, state, file: undefined, entry, notes: half ? [halfBack(entry)] : [] };
}

const SHA256_HEX = /^[0-9a-f]{64}$/i;

function compareContent(file: MigrationFile, entry: LedgerEntry): { modified: boolean; notes: readonly string[] } {
  if (entry.checksum === file.checksum || entry.checksum === null) return UNCHANGED;
  const recorded = entry.checksum.toLowerCase();
  if (recorded === file.checksum) return UNCHANGED;
  if (!SHA256_HEX.test(recorded)) {
    return { modified: false, notes: [`recorded with "${entry.checksum}" in place of a checksum: cannot be compared`] };
  }
  if (entry.bodyChecksum === null) {
    const crlf = recorded === file.checksumWithCrlf();
    return { modified: !crlf, notes: crlf ? ['recorded with CRLF line breaks'] : [] };
  }
  if (bodyChecksum(file) !== entry.bodyChecksum) return { modified: true, notes: [] };
  return { modified: false, notes: ['a header, comment or section was changed since; the body was not'] };
}

/** Undefined for a file that cannot be read as a migration any more: then its body is certainly not what was applied. */
function bodyChecksum(file: MigrationFile): string | undefined {
  try {
    return file.load().bodyChecksum;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
