import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compression, compressionText, ownCompression, readCompression } from '../../backup/compression.ts';
import { folderOfDatabase } from '../../backup/folder-name.ts';
import type { Kept } from '../../backup/kept.ts';
import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import { type BackupFile, type BackupSource, backupId, MANIFEST_FILE } from '../../backup/manifest.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { fileSuffix, hasZstd, type Packing, writeFileBy } from './backup-file.ts';
import { beginBackup, tellSwept } from './begin-backup.ts';
import { bytesBelow } from './digest.ts';
import { type PartialBackup, settleFile } from './partial.ts';
import { SEALED_KEY_FILE, type Sealer } from './seal.ts';
import { sealerOf } from './sealer-of.ts';
import { isDiskFull, outOfSpace, spaceProblem } from './space.ts';

/** How the files of kept data are written in this run. */
export interface ScopedPacking extends Packing {
  readonly compression: Compression;
  readonly sealer: Sealer | undefined;
}

/** By the settings; Problem `backup-key` where the key cannot be had. */
export async function scopedPacking({ settings }: Pick<Engine, 'settings'>): Promise<ScopedPacking> {
  const compression = ownCompression(readCompression(settings.backup.compression), hasZstd());
  return { compression, sealer: await sealerOf(settings.backup, undefined) };
}

/** The folder of a finished backup of kept data, as the audit trail names it. */
export interface ScopedDone {
  readonly id: string;
  /** Of its folder, absolute. */
  readonly path: string;
  readonly manifestSha256: string;
  /** Of its files, without the manifest. */
  readonly bytes: number;
}

/** What a backup of kept data is of. */
export interface ScopedOf {
  readonly version: string;
  /** The run that has destroyed what is kept. */
  readonly runId: string;
  /** By applying that version, or by rolling it back. */
  readonly direction: 'apply' | 'rollback';
}

/** What a file of it holds. */
export interface Held {
  readonly file: string;
  readonly kept: Kept;
  /** Of the values in it, in their order. */
  readonly columns: readonly string[];
  /** Not one more file of the same store. */
  readonly first: boolean;
}

/** Appends what one COPY gives. */
type AppendRows = (data: AsyncIterable<Uint8Array>) => Promise<void>;

/** So often the disk is looked at. */
const LOOK_BYTES = 16 * 1024 * 1024;

/** Data that one version destroys, on its way into a folder of the backups: no backup before `finish`. */
export class ScopedBackup {
  readonly #engine: Engine;
  readonly #partial: PartialBackup;
  readonly #packing: ScopedPacking;
  readonly #of: ScopedOf;
  readonly #source: BackupSource;
  readonly #startedAt = new Date().toISOString();
  readonly #files: BackupFile[] = [];
  readonly #kept: Held[] = [];
  #written = 0;
  /** Bytes of rows that have come since the disk was looked at. */
  #sinceLook = LOOK_BYTES;

  private constructor(
    engine: Engine,
    partial: PartialBackup,
    packing: ScopedPacking,
    about: { readonly of: ScopedOf; readonly source: BackupSource },
  ) {
    this.#engine = engine;
    this.#partial = partial;
    this.#packing = packing;
    this.#of = about.of;
    this.#source = about.source;
  }

  /** Makes the folder. Problem `backup-failed` where there is no room, or nothing can be written. */
  static async begin(engine: Engine, control: Control, packing: ScopedPacking, of: ScopedOf): Promise<ScopedBackup> {
    const { database } = control.server;
    tellSwept(engine, join(engine.settings.backup.folder, folderOfDatabase(database)));
    const source = await sourceOf(control);
    // Several are made in one second: the end of the name is no run's.
    const partial = writing(engine, () => beginBackup(engine, database, backupId('scoped', new Date(), randomUUID())));
    const backup = new ScopedBackup(engine, partial, packing, { of, source });
    return await backup.#orDiscard(() => backup.#prepare());
  }

  async #prepare(): Promise<ScopedBackup> {
    mkdirSync(join(this.#partial.path, 'data'), { mode: 0o700 });
    const keyFile = this.#packing.sealer?.keyFile;
    if (keyFile) {
      const path = join(this.#partial.path, SEALED_KEY_FILE);
      writeFileSync(path, keyFile, { mode: 0o600, flag: 'wx' });
      const sha256 = createHash('sha256').update(keyFile).digest('hex');
      this.#files.push({ path: SEALED_KEY_FILE, bytes: keyFile.length, sha256 });
    }
    return this;
  }

  get id(): string {
    return this.#partial.id;
  }

  /**
   * Writes one file of rows, as COPY gives them, which `fill` appends part by part; waits until the disk has it, and returns its
   * path. Nothing is left where it fails.
   */
  write(fill: (append: AppendRows) => Promise<void>): Promise<string> {
    return this.#orDiscard(async () => {
      this.#written += 1;
      const path = `data/${this.#written}.copy${fileSuffix(this.#packing)}`;
      const file = await writeFileBy(this.#partial.path, path, this.#packing, (append) =>
        fill((data) => append(this.#watched(data))),
      );
      this.#files.push(file);
      await settleFile(join(this.#partial.path, path));
      return path;
    });
  }

  /** Says what a file that was written holds. */
  holds(held: Held): void {
    this.#kept.push(held);
  }

  /** Stops where the room comes to an end. */
  async *#watched(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of data) {
      this.#sinceLook += piece.length;
      if (this.#sinceLook >= LOOK_BYTES) {
        this.#sinceLook = 0;
        const problem = spaceProblem(bytesBelow(this.#partial.path), boundsOf(this.#engine));
        if (problem) throw problem;
      }
      yield piece;
    }
  }

  /** Every file is on the disk: from here on it is a backup. */
  finish(): Promise<ScopedDone> {
    return this.#orDiscard(async () => {
      if (this.#packing.sealer?.keyFile) await settleFile(join(this.#partial.path, SEALED_KEY_FILE));
      const path = this.#partial.finish({
        format: 1,
        id: this.id,
        kind: 'scoped',
        method: 'copy',
        writtenBy: [`taskflow-db ${this.#engine.run.toolVersion}`],
        startedAt: this.#startedAt,
        finishedAt: new Date().toISOString(),
        source: this.#source,
        runId: this.#of.runId,
        version: this.#of.version,
        direction: this.#of.direction,
        applied: null,
        compression: compressionText(this.#packing.compression),
        encryption: this.#packing.sealer ? 'age' : null,
        files: this.#files,
        tables: this.#kept.map(({ kept, file, columns, first }) => ({
          schema: BACKUP_SCHEMA,
          name: kept.store,
          // Counted once, of all the files together.
          rows: first ? kept.rows : null,
          file,
          columns,
        })),
        sequences: [],
        leftOut: [],
        kept: this.#kept.filter(({ first }) => first).map(({ kept }) => kept),
      });
      const manifest = readFileSync(join(path, MANIFEST_FILE));
      return {
        id: this.id,
        path,
        manifestSha256: createHash('sha256').update(manifest).digest('hex'),
        bytes: this.#files.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    });
  }

  /** Nothing of it stays. */
  discard(): void {
    this.#partial.discard();
  }

  async #orDiscard<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      this.discard();
      throw isDiskFull(error) ? outOfSpace(boundsOf(this.#engine)) : error;
    }
  }
}

/** What there is room for. */
export function boundsOf({ settings }: Pick<Engine, 'settings'>) {
  return { ...settings.backup, what: 'file of kept data' } as const;
}

function writing<T>(engine: Engine, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw isDiskFull(error) ? outOfSpace(boundsOf(engine)) : error;
  }
}

async function sourceOf({ server, session }: Control): Promise<BackupSource> {
  const [row] = await session.query(
    `SELECT pg_catalog.pg_database_size(oid) AS bytes, pg_catalog.pg_encoding_to_char(encoding) AS encoding
FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
  );
  return {
    database: server.database,
    serverVersion: server.version,
    serverVersionNum: server.versionNum,
    systemIdentifier: await systemIdentifier(session),
    encoding: row?.encoding ?? '',
    databaseBytes: Number(row?.bytes ?? 0),
  };
}

/** Null where the role may not ask. */
async function systemIdentifier(session: Control['session']): Promise<string | null> {
  const { results, failure } = await session.runBatch([
    [{ sql: 'SELECT system_identifier AS id FROM pg_catalog.pg_control_system()', rows: true }],
  ]);
  return failure ? null : (results[0]?.[0]?.rows[0]?.id ?? null);
}
