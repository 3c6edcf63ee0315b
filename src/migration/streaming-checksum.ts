import { createHash } from 'node:crypto';

const CR = 13;
const LF = 10;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The checksum of a file that comes in pieces: the same as checksumOf gives for the whole of it. */
export class StreamingChecksum {
  readonly #hash = createHash('sha256');
  #begun = false;
  #carriageReturn = false;

  /** The first piece must hold at least three bytes if the file does. */
  update(piece: Uint8Array): void {
    const bytes = this.#begun ? piece : withoutMark(piece);
    this.#begun ||= piece.length > 0;
    if (this.#carriageReturn && bytes.length > 0 && bytes[0] !== LF) this.#hash.update('\r');
    if (bytes.length === 0) return;
    this.#carriageReturn = bytes.at(-1) === CR;
    this.#hash.update(withLineFeeds(this.#carriageReturn ? bytes.subarray(0, -1) : bytes));
  }

  /** SHA-256 (hex). */
  digest(): string {
    if (this.#carriageReturn) this.#hash.update('\r');
    return this.#hash.digest('hex');
  }
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes;
}

function withLineFeeds(bytes: Uint8Array): Uint8Array {
  return bytes.includes(CR) ? bytes.filter((byte, i) => byte !== CR || bytes[i + 1] !== LF) : bytes;
}
