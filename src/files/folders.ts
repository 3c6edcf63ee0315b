import { type Dirent, readdirSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { twins } from '../migration/catalogue.ts';
import { checksumOf, crlfChecksumOf } from '../migration/checksum.ts';
import { isMeantAsMigration, parseFileName } from '../migration/filename.ts';
import type { Migration, ReplacedVersion } from '../migration/migration.ts';
import { parseMigration } from '../migration/parse.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { gather, Problem } from '../problem/problem.ts';
import { holdsInHead, LARGE_FILE_BYTES, largeChecksum, loadLarge } from './large-file.ts';
import { fileErrorText, readSmall, readUnchanged, regularSize, withOpenFile } from './regular-file.ts';

export interface FoundFiles {
  readonly files: readonly MigrationFile[];
  /** Complaints about names and unreadable files: `status` shows them, everything that runs refuses. */
  readonly complaints: readonly Problem[];
}

/**
 * All migrations of the given folders (absolute paths), each read once: what is run later is the bytes that were hashed
 * here. Files that are neither `.sql` nor numbered code are none of ours. `cwd`: the folder that shown paths are relative to.
 */
export function readFolders(folders: readonly string[], cwd: string): FoundFiles {
  const files: MigrationFile[] = [];
  const complaints: Problem[] = [];
  for (const folder of folders) {
    const shown = shownPath(folder, cwd);
    const prefix = shown === '.' ? '' : shown + sep;
    for (const entry of listFolder(folder, shown)) {
      const found = readOne(folder + sep + entry.name, entry, prefix + entry.name);
      if (found instanceof Problem) complaints.push(found);
      else files.push(found);
    }
  }
  complaints.push(...twins(files));
  return { files, complaints };
}

/** The file of one version, which alone is read; undefined where there is none, or it cannot be read. */
export function readVersionFile(folders: readonly string[], cwd: string, version: string): MigrationFile | undefined {
  for (const folder of folders) {
    const shown = shownPath(folder, cwd);
    for (const entry of listFolder(folder, shown)) {
      if (!entry.name.startsWith(`${version}.`)) continue;
      const found = readOne(folder + sep + entry.name, entry, shown === '.' ? entry.name : shown + sep + entry.name);
      if (!(found instanceof Problem) && found.version === version) return found;
    }
  }
  return undefined;
}

/** Throws the complaints as one Problem: for everything that is about to run something. */
export function refuseComplaints(found: FoundFiles): readonly MigrationFile[] {
  if (found.complaints.length > 0) {
    const refusal = gather('catalogue', 'the folders of migrations have faults', found.complaints);
    throw refusal.with({ state: 'Nothing was run.' });
  }
  return found.files;
}

function listFolder(folder: string, shown: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => isMeantAsMigration(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new Problem('folder-unreadable', `cannot read the folder of migrations ${shown}: ${fileErrorText(error)}`, {
      where: { file: shown },
      next: ['Name the folder with --dir, or with "directories" in the configuration.'],
      cause: error,
    });
  }
}

function readOne(path: string, entry: Dirent, file: string): MigrationFile | Problem {
  const parsed = parseFileName(entry.name);
  if (parsed instanceof Problem) return parsed.with({ where: { file } });
  try {
    return withOpenFile(path, file, (descriptor) => {
      const small = entry.isFile() ? readSmall(descriptor, file) : undefined;
      if (small) return new SmallFile(parsed, file, small);
      const size = regularSize(descriptor, file);
      if (size > LARGE_FILE_BYTES) return largeFile(parsed, file, path, largeChecksum(descriptor));
      return new SmallFile(parsed, file, readUnchanged(descriptor, size, file));
    });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

type Named = Pick<MigrationFile, 'version' | 'number' | 'name'>;

/**
 * A class rather than an object of closures: a run over thousands of applied files makes as many of these. For the same reason
 * its fields are set once, by the constructor, and not defined before.
 */
class SmallFile implements MigrationFile {
  declare readonly version: string;
  declare readonly number: bigint;
  declare readonly name: string;
  declare readonly file: string;
  declare readonly checksum: string;
  declare private readonly bytes: Buffer;
  declare private migration: Migration | undefined;

  constructor(named: Named, file: string, bytes: Buffer) {
    this.version = named.version;
    this.number = named.number;
    this.name = named.name;
    this.file = file;
    this.checksum = checksumOf(bytes);
    this.bytes = bytes;
    this.migration = undefined;
  }

  checksumWithCrlf(): string {
    return crlfChecksumOf(this.bytes);
  }

  replaces(): readonly ReplacedVersion[] {
    return this.bytes.includes(REPLACES) ? replacesOf(this) : NOTHING;
  }

  load(): Migration {
    this.migration ??= parseMigration({ file: this.file, stem: this.version, bytes: this.bytes });
    return this.migration;
  }
}

const REPLACES = 'Replaces:';
const NOTHING: readonly ReplacedVersion[] = [];

function replacesOf(file: Pick<MigrationFile, 'load'>): readonly ReplacedVersion[] {
  try {
    return file.load().headers.replaces;
  } catch (error) {
    if (error instanceof Problem) return NOTHING;
    throw error;
  }
}

function largeFile(named: Named, file: string, path: string, checksum: string): MigrationFile {
  let migration: Migration | undefined;
  const load = () => (migration ??= loadLarge({ path, shown: file, stem: named.version, checksum }));
  const replaces = () => (holdsInHead(path, file, REPLACES) ? replacesOf({ load }) : NOTHING);
  return { ...named, file, checksum, checksumWithCrlf: () => checksum, replaces, load };
}

function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short || '.';
}
