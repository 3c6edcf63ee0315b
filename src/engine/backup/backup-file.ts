import { createHash } from 'node:crypto';
import { promises } from 'node:fs';
import { join } from 'node:path';
import { Duplex, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import type { Compression } from '../../backup/compression.ts';
import type { BackupFile } from '../../backup/manifest.ts';
import { SEALED_SUFFIX, type Sealer } from './seal.ts';

const SUFFIX = { none: '', gzip: '.gz', zstd: '.zst', lz4: '.lz4' } as const;

/** What the name of a file ends with that is packed so. */
export function fileSuffix({ compression, sealer }: Packing): string {
  return `${SUFFIX[compression.algorithm]}${sealer ? SEALED_SUFFIX : ''}`;
}

/** How a file is changed on its way to the disk. */
export interface Packing {
  readonly compression: Compression;
  readonly sealer?: Sealer | undefined;
}

/** Pieces of a file; each may be filled anew when the next one is asked for. */
type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Writes a new file below `folder`, compressed and sealed, for its owner alone; its size and digest. Rejects with the system's error. */
export function writeFileOf(folder: string, path: string, data: Pieces, packing: Packing): Promise<BackupFile> {
  return writeFileBy(folder, path, packing, (append) => append(data));
}

/** The same of several parts, which `fill` appends one behind the other. */
export async function writeFileBy(
  folder: string,
  path: string,
  packing: Packing,
  fill: (append: (data: Pieces) => Promise<void>) => Promise<void>,
): Promise<BackupFile> {
  const file = await promises.open(join(folder, path), 'wx', 0o600);
  const digested = new DigestedFile(file);
  const packer = packerOf(packing, digested);
  try {
    await fill(async (data) => {
      for await (const piece of data) await packer.write(piece);
    });
    await packer.finish();
    await digested.settled();
    return { path, ...digested.described() };
  } catch (error) {
    await packer.abandon();
    await digested.settled().catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** So much is written before the disk is asked to take it: at the end, where all wait for it, there is little left. */
const SYNC_BYTES = 16 * 1024 * 1024;

/** What is written, with its size and digest. */
class DigestedFile {
  readonly #file: promises.FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  /** Of these, those that are on the disk, or on their way to it. */
  #synced = 0;
  #syncing: Promise<void> = Promise.resolve();

  constructor(file: promises.FileHandle) {
    this.#file = file;
  }

  /** Digests it while the system writes it. */
  async write(bytes: Uint8Array): Promise<void> {
    const writing = this.#file.write(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    let { bytesWritten: written } = await writing;
    while (written < bytes.length) written += (await this.#file.write(bytes, written)).bytesWritten;
    if (this.#bytes - this.#synced >= SYNC_BYTES) this.#syncAhead();
  }

  /** Beside what is written next. What goes wrong is told by `settled`: the system says it only once. */
  #syncAhead(): void {
    this.#synced = this.#bytes;
    this.#syncing = this.#syncing.then(() => this.#file.datasync());
    this.#syncing.catch(() => {});
  }

  /** Nothing is under way any more. */
  settled(): Promise<void> {
    return this.#syncing;
  }

  described(): Pick<BackupFile, 'bytes' | 'sha256'> {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** What changes the bytes on their way. A piece that was written is the caller's again. */
interface Packer {
  write(piece: Uint8Array): Promise<void>;
  /** All that was written is in the file. */
  finish(): Promise<void>;
  /** Nothing more is to be written. Never rejects. */
  abandon(): Promise<void>;
}

function packerOf({ compression, sealer }: Packing, to: DigestedFile): Packer {
  const compressor = compressorOf(compression);
  const sealing = sealer && Duplex.from((input: AsyncIterable<Buffer>) => sealer.seal(input));
  if (compressor) return new Stages([compressor, ...(sealing ? [sealing] : [])], to);
  // A compressor has done with a piece when it says so; who seals may look at it later.
  return sealing ? new Stages([sealing], to, (piece) => Buffer.from(piece)) : plain(to);
}

function plain(to: DigestedFile): Packer {
  return { write: (piece) => to.write(piece), finish: () => Promise.resolve(), abandon: () => Promise.resolve() };
}

/** Streams between the caller and the file. */
class Stages implements Packer {
  readonly #first: Duplex;
  readonly #own: (piece: Uint8Array) => Uint8Array;
  readonly #done: Promise<void>;
  #failure: { readonly error: unknown } | undefined;
  /** Of the piece that is being written: a stage that fails need not say so to who writes. */
  #reject: ((error: unknown) => void) | undefined;

  constructor(stages: readonly [Duplex, ...Duplex[]], to: DigestedFile, own = (piece: Uint8Array) => piece) {
    [this.#first] = stages;
    this.#own = own;
    this.#done = pipeline([...stages, writableOf(to)]);
    this.#done.catch((error: unknown) => {
      this.#failure = { error };
      this.#reject?.(error);
    });
  }

  write(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#failure) reject(this.#failure.error);
      // Why it was not taken is said by the stage that has failed.
      else this.#first.write(this.#own(piece), (error) => error ?? resolve());
    });
  }

  finish(): Promise<void> {
    this.#first.end();
    return this.#done;
  }

  async abandon(): Promise<void> {
    this.#first.destroy();
    await this.#done.catch(() => {});
  }
}

function writableOf(to: DigestedFile): Writable {
  return new Writable({
    write: (bytes: Buffer, _, done) => {
      to.write(bytes).then(() => done(), done);
    },
  });
}

const CHUNK_BYTES = 256 * 1024;

function compressorOf({ algorithm, level }: Compression): Duplex | undefined {
  if (algorithm === 'gzip')
    return zlib.createGzip({ chunkSize: CHUNK_BYTES, ...(level === undefined ? {} : { level }) });
  return algorithm === 'zstd' ? createZstd(level) : undefined;
}

/** Node has it from 22.15 on. */
interface WithZstd {
  readonly createZstdCompress?: (options: { params?: Record<number, number> }) => Duplex;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

export function hasZstd(): boolean {
  return (zlib as WithZstd).createZstdCompress !== undefined;
}

function createZstd(level: number | undefined): Duplex {
  const { createZstdCompress, constants } = zlib as WithZstd;
  const key = constants.ZSTD_c_compressionLevel;
  const params = level === undefined || key === undefined ? {} : { params: { [key]: level } };
  if (!createZstdCompress) throw new Error('this Node has no zstd');
  return createZstdCompress(params);
}
