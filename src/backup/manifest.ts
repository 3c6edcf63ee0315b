import type { Kept } from './kept.ts';

/**
 * What stands beside the data of a backup, as `manifest.json`: what it is of, how it was made, and a digest of every file, so
 * that damage is found before anything is restored.
 */
export interface BackupManifest {
  /** Of this description. */
  readonly format: 1;
  /** The name of its folder: `20261123T112233Z-full-1a2b3c4d`. */
  readonly id: string;
  readonly kind: BackupKind;
  /** How the data was taken: by pg_dump, or by COPY through our own sessions in one snapshot. */
  readonly method: 'pg_dump' | 'copy';
  /** Of the program that wrote it: `taskflow-db 1.2.3`, and of pg_dump `pg_dump (PostgreSQL) 16.4`. */
  readonly writtenBy: readonly string[];
  /** ISO 8601, UTC: when the snapshot was taken, and when the last file was on disk. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly source: BackupSource;
  /** The run it was made by, and the version that it was made for, where there is one. */
  readonly runId: string;
  readonly version: string | null;
  /** Of a scoped backup: what has destroyed what is in it, the version or its rollback; absent in older ones, which tell them not apart. */
  readonly direction?: 'apply' | 'rollback';
  /** Versions that were applied then, in order of their application; null where there was no history. */
  readonly applied: readonly string[] | null;
  readonly compression: string;
  /** Null: not encrypted. */
  readonly encryption: 'age' | null;
  /** All but the manifest itself. */
  readonly files: readonly BackupFile[];
  readonly tables: readonly BackedUpTable[];
  /** Tables without rows of their own, with the names of all partitions below that have some; absent in older backups. */
  readonly partitioned?: readonly PartitionedTable[];
  readonly sequences: readonly BackedUpSequence[];
  /** What is not in it, in words. */
  readonly leftOut: readonly string[];
  /** Options of pg_dump by which it is not of the whole database; absent where there were none. */
  readonly leavingOut?: readonly string[];
  /** Of a scoped backup: what the rows of each of its tables are, in their order. */
  readonly kept?: readonly Kept[];
  /** Of the schema in the snapshot of the backup; absent where it was not read. */
  readonly catalog?: BackedUpCatalog;
}

/** What tells whether a restored schema is the same. */
export interface BackedUpCatalog {
  /** Major version of the server that wrote out the expressions: a fingerprint means something on that one alone. */
  readonly major: number;
  /** Hex: see catalogFingerprint. */
  readonly fingerprint: string;
  /** The file that has the schema itself, so that a difference can be shown; absent in older backups. */
  readonly file?: string;
}

/** `full`: the whole database. `scoped`: what the statements of one version have destroyed. */
export type BackupKind = 'full' | 'scoped';

export interface BackupSource {
  readonly database: string;
  /** As `SHOW server_version` gives it. */
  readonly serverVersion: string;
  /** `server_version_num`, e.g. 160004. */
  readonly serverVersionNum: number;
  /** Of the cluster, from pg_control_system(); null where the role may not ask. */
  readonly systemIdentifier: string | null;
  readonly encoding: string;
  /** pg_database_size when it began. */
  readonly databaseBytes: number;
  /** With what such a database is made; absent in scoped backups. */
  readonly properties?: DatabaseProperties;
}

/** What belongs to a database as a whole, and is in no dump of its contents. Null: the server's default, or none. */
export interface DatabaseProperties {
  readonly owner: string;
  readonly collate: string;
  readonly ctype: string;
  /** pg_database.datlocprovider: `c` libc, `i` ICU, `b` builtin; null before version 15. */
  readonly provider: string | null;
  readonly locale: string | null;
  readonly icuRules: string | null;
  /** -1 for no limit. */
  readonly connectionLimit: number;
  readonly comment: string | null;
  /** Of ALTER DATABASE ... SET, as `name=value`; those of single roles with the role. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[];
  /** As aclitem is written; null: never granted nor revoked anything. */
  readonly privileges: readonly string[] | null;
}

export interface BackupFile {
  /** Relative to the backup's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hex, of the file as it lies there; with `pieceBytes`, of what `sha256sum` prints of its pieces: see digestOf. */
  readonly sha256: string;
  /** The size of the pieces in which it was digested; absent: it was in one. */
  readonly pieceBytes?: number;
}

export interface BackedUpTable {
  readonly schema: string;
  readonly name: string;
  /** Counted in the snapshot of the backup; null where nobody counted. */
  readonly rows: number | null;
  /** The file of its data, where it has one of its own. */
  readonly file: string | null;
  /** Of the values in that file, in their order; null where there is none. */
  readonly columns: readonly string[] | null;
}

export interface PartitionedTable {
  readonly schema: string;
  readonly name: string;
  /** Of any depth, partitioned ones among them. */
  readonly partitions: readonly { readonly schema: string; readonly name: string }[];
}

export interface BackedUpSequence {
  readonly schema: string;
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** Of a backup by COPY: what makes the schema before its rows, and what comes behind them. */
export const SCHEMA_FILES = { pre: 'schema-pre.sql', post: 'schema-post.sql' } as const;
/** The schema, as `diff --save` writes it. */
export const CATALOG_FILE = 'catalog.json';
export const MANIFEST_FILE = 'manifest.json';
/** Beside it: when and where it was last restored for a proof, and what that showed. */
export const VERIFIED_FILE = 'verified.json';
/** Beside the manifest of a scoped backup: a rollback has put it back, or was told not to, and no other one will. */
export const RETURNED_FILE = 'put-back.json';
/** Behind the name of a folder that is being written; such a folder is no backup. */
export const PARTIAL_SUFFIX = '.partial';

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(full|scoped)-[0-9a-f]{8}$/;

/** `20261123T112233Z-full-1a2b3c4d`: when (UTC), what, and the beginning of the run's id. Names sort by time. */
export function backupId(kind: BackupKind, at: Date, runId: string): string {
  const time = `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  return `${time}-${kind}-${runId.replaceAll('-', '').slice(0, 8)}`;
}

/** When (UTC) and what, as the name says it; undefined where it is no name of a backup. */
export function readBackupId(name: string): { readonly at: Date; readonly kind: BackupKind } | undefined {
  const [, year, month, day, hour, minute, second, kind] = ID.exec(name) ?? [];
  if (kind !== 'full' && kind !== 'scoped') return undefined;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : { at, kind };
}

export function isBackupId(name: string): boolean {
  return ID.test(name);
}
