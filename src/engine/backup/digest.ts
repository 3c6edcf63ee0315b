import { createHash, webcrypto } from 'node:crypto';
import { promises, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupFile } from '../../backup/manifest.ts';

/**
 * A file larger than this is digested in pieces: they are digested beside each other, in other threads than this one, and those that
 * a program has finished while it still writes the rest.
 */
export const PIECE_BYTES = 8 * 1024 * 1024;

/** So many pieces are in memory at once. */
const AT_ONCE = 3;

/** Digests of pieces that are known already, by their place. */
export type KnownPieces = ReadonlyMap<number, string>;

/** Size and digest of a file below `folder`. Rejects with the system's error. */
export async function describeFile(folder: string, path: string, known: KnownPieces = new Map()): Promise<BackupFile> {
  const file = await promises.open(join(folder, path), 'r');
  try {
    const { size } = await file.stat();
    return { path, bytes: size, ...(await digestOf(file, { size, pieceBytes: PIECE_BYTES, known })) };
  } finally {
    await file.close();
  }
}

export interface DigestOptions {
  readonly size: number;
  /** Undefined, or no less than the file has: its digest is that of the whole. */
  readonly pieceBytes: number | undefined;
  readonly known?: KnownPieces;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
}

/** The digest of an open file, as a manifest has it. Throws the signal's reason. */
export async function digestOf(
  file: promises.FileHandle,
  { size, pieceBytes = size, known = new Map(), signal, onProgress = () => {} }: DigestOptions,
): Promise<Pick<BackupFile, 'sha256' | 'pieceBytes'>> {
  if (size <= pieceBytes) return { sha256: await wholeDigest(file, { signal, onProgress }) };
  const digests = new Array<string>(Math.ceil(size / pieceBytes));
  let next = 0;
  const work = async () => {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (let i = next++; i < digests.length; i = next++) {
      signal?.throwIfAborted();
      digests[i] = known.get(i) ?? (await pieceDigest(file, i, buffer));
      onProgress(Math.min(pieceBytes, size - i * pieceBytes));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, digests.length) }, work));
  return { pieceBytes, sha256: digestOfPieces(digests) };
}

/** As `split --bytes=8M --filter=sha256sum FILE | sha256sum` computes it. */
function digestOfPieces(digests: readonly string[]): string {
  return createHash('sha256')
    .update(digests.map((digest) => `${digest}  -\n`).join(''))
    .digest('hex');
}

/** The digest of the piece at that place, in hex; computed in another thread. `piece`: memory of the size of one, to be used for that. */
export async function pieceDigest(file: promises.FileHandle, place: number, piece: Buffer): Promise<string> {
  const pieceBytes = piece.length;
  let bytes = 0;
  for (let read = 1; read > 0 && bytes < pieceBytes; bytes += read)
    read = (await file.read(piece, bytes, pieceBytes - bytes, place * pieceBytes + bytes)).bytesRead;
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', piece.subarray(0, bytes))).toString('hex');
}

const CHUNK_BYTES = 1024 * 1024;

/** One part is read while the one before is digested. */
async function wholeDigest(
  file: promises.FileHandle,
  { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: (bytes: number) => void },
): Promise<string> {
  const hash = createHash('sha256');
  let [now, next] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  let at = 0;
  let read = (await file.read(now, 0, CHUNK_BYTES, at)).bytesRead;
  while (read > 0) {
    signal?.throwIfAborted();
    at += read;
    const ahead = file.read(next, 0, CHUNK_BYTES, at);
    hash.update(now.subarray(0, read));
    onProgress(read);
    read = (await ahead).bytesRead;
    [now, next] = [next, now];
  }
  return hash.digest('hex');
}

/** The files below a folder, by name, relative to it and with `/`. */
export function filesBelow(folder: string, within = ''): string[] {
  const entries = readdirSync(join(folder, within), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    })
    .sort();
}

/** How much is written below a folder by now. */
export function bytesBelow(folder: string): number {
  return filesBelow(folder).reduce((sum, path) => sum + sizeOf(join(folder, path)), 0);
}

/** A program may just be renaming it. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
