import { promises } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupFile } from '../../backup/manifest.ts';
import { describeFile, PIECE_BYTES, pieceDigest } from './digest.ts';

/** What a program holds in memory before it writes it, at the most. */
const HELD_BYTES = 1024 * 1024;

/** So often it is looked how far the file has grown. */
const EVERY_MS = 100;

/**
 * Digests the dump in custom format while pg_dump still writes it. That writes its table of contents, then rows, one behind the other; at
 * the end it writes the table of contents anew in its place, with where the rows are (src/bin/pg_dump/pg_backup_custom.c,
 * _CloseArchive: the same in 12 to 18). So pieces behind it are as they stay, and those before are digested when it has ended.
 */
export class GrowingDigest {
  readonly #folder: string;
  readonly #path: string;
  readonly #pieces = new Map<number, string>();
  #following: Promise<void> | undefined;
  #ended = false;

  constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  /** The rows begin: what is written by now is the table of contents, and no more than that is changed later. */
  begin(): void {
    this.#following ??= this.#follow().catch(() => {});
  }

  /** The program has ended well. Rejects with the system's error. */
  async finish(): Promise<BackupFile> {
    await this.stop();
    return describeFile(this.#folder, this.#path, this.#pieces);
  }

  /** Nobody looks at the file any more. */
  async stop(): Promise<void> {
    this.#ended = true;
    await this.#following;
  }

  async #follow(): Promise<void> {
    const file = await promises.open(join(this.#folder, this.#path), 'r');
    try {
      const { size } = await file.stat();
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      let next = Math.ceil((size + HELD_BYTES) / PIECE_BYTES);
      while (!this.#ended) {
        const { size: now } = await file.stat();
        for (; !this.#ended && (next + 1) * PIECE_BYTES <= now; next++)
          this.#pieces.set(next, await pieceDigest(file, next, buffer));
        if (!this.#ended) await sleep(EVERY_MS);
      }
    } finally {
      await file.close();
    }
  }
}

/** Of which it is known how they write. */
export const FOLLOWED_MAJOR_MAX = 18;
