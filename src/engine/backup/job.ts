import type { Compression } from '../../backup/compression.ts';
import type { BackedUpTable, BackupFile, BackupManifest } from '../../backup/manifest.ts';
import type { Engine } from '../engine.ts';
import type { Contents, SourceTable } from './contents.ts';
import type { Leader } from './leader.ts';
import type { PartialBackup } from './partial.ts';
import type { Sealer } from './seal.ts';

/** How a full backup is to be made. */
export interface FullBackupOptions {
  /** In place of the settings'. */
  readonly format?: 'custom' | 'directory' | undefined;
  /** As the setting backupCompression has it. */
  readonly compression?: string | undefined;
  readonly jobs?: number | undefined;
  /** By this, or not at all. */
  readonly method?: BackupManifest['method'] | undefined;
  /** Rows are not counted: the dump by pg_dump alone. */
  readonly withoutCount?: boolean | undefined;
  /** For pg_dump, behind those of the settings. */
  readonly dumpOptions?: readonly string[] | undefined;
  /** The version that it is made for. */
  readonly version?: string | undefined;
}

/** What a method of taking a backup works with. */
export interface Job {
  readonly engine: Engine;
  readonly leader: Leader;
  readonly contents: Contents;
  readonly partial: PartialBackup;
  readonly compression: Compression;
  /** Encrypts each file. */
  readonly sealer: Sealer | undefined;
  readonly jobs: number;
  readonly progress: JobProgress;
  /** Aborted when the person wants to stop, or there is no more room; its reason is then a Problem. */
  readonly signal: AbortSignal;
}

/** Told while tables are read. */
export interface JobProgress {
  begun(table: SourceTable): void;
  done(table: SourceTable): void;
}

/** What the manifest says of the method's work. */
export interface Taken {
  readonly method: BackupManifest['method'];
  readonly writtenBy: readonly string[];
  readonly compression: Compression;
  /** By the oid of the table; tables that are not named are not in the backup. */
  readonly tables: ReadonlyMap<string, Pick<BackedUpTable, 'rows' | 'file' | 'columns'>>;
  /** Sizes and digests that are known from writing them, by path. */
  readonly files?: ReadonlyMap<string, BackupFile>;
  readonly leftOut: readonly string[];
  /** Options that leave something out, where there are some. */
  readonly leavingOut?: readonly string[];
}
