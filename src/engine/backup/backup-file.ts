import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Duplex, Readable, Transform } from 'node:stream';
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

/** Writes a new file below `folder`, compressed and sealed, for its owner alone; its size and digest. Rejects with the system's error. */
export async function writeFileOf(
  folder: string,
  path: string,
  data: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { compression, sealer }: Packing,
): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(join(folder, path), { flags: 'wx', mode: 0o600 });
  const source = data instanceof Readable ? data : Readable.from(data);
  const seal = sealer ? [Duplex.from((input: AsyncIterable<Buffer>) => sealer.seal(input))] : [];
  await pipeline([source, ...compressors(compression), ...seal, watch, file]);
  return { path, bytes, sha256: hash.digest('hex') };
}

const CHUNK_BYTES = 256 * 1024;

function compressors({ algorithm, level }: Compression): Transform[] {
  if (algorithm === 'gzip')
    return [zlib.createGzip({ chunkSize: CHUNK_BYTES, ...(level === undefined ? {} : { level }) })];
  return algorithm === 'zstd' ? [createZstd(level)] : [];
}

/** Node has it from 22.15 on. */
interface WithZstd {
  readonly createZstdCompress?: (options: { params?: Record<number, number> }) => Transform;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

export function hasZstd(): boolean {
  return (zlib as WithZstd).createZstdCompress !== undefined;
}

function createZstd(level: number | undefined): Transform {
  const { createZstdCompress, constants } = zlib as WithZstd;
  const key = constants.ZSTD_c_compressionLevel;
  const params = level === undefined || key === undefined ? {} : { params: { [key]: level } };
  if (!createZstdCompress) throw new Error('this Node has no zstd');
  return createZstdCompress(params);
}
