import type { Migration, ReplacedVersion } from '../migration/migration.ts';

/** A migration's file as found in a folder: hashed, not yet parsed. A run over applied files reads no more than this. */
export interface MigrationFile {
  readonly version: string;
  readonly number: bigint;
  /** The description part of the name. */
  readonly name: string;
  /** Path as shown to people. */
  readonly file: string;
  readonly checksum: string;
  /** The checksum with CRLF line breaks, as tools that hash bytes recorded it on another system. */
  checksumWithCrlf(): string;
  /** What it stands for, by its header; nothing of a file that cannot be read as a migration. Parses only where it says so. */
  replaces(): readonly ReplacedVersion[];
  /** Parses at the first call. Throws one Problem with every complaint about the file. */
  load(): Migration;
}

/** The same file, read in another way. A copy by `...file` would lose what a class gives it. */
export function readAs(file: MigrationFile, load: () => Migration, number = file.number): MigrationFile {
  return {
    version: file.version,
    number,
    name: file.name,
    file: file.file,
    checksum: file.checksum,
    checksumWithCrlf: () => file.checksumWithCrlf(),
    replaces: () => file.replaces(),
    load,
  };
}
