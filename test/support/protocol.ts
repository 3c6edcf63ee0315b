/**
 * Cuts a stream of PostgreSQL's protocol into messages (manual, "Message Formats"): what the frontend sends begins with
 * packets without a type byte, everything after that is a type byte and a length.
 */
export type Direction = 'front' | 'back';

export interface Frame {
  /** The type byte; for packets without one `startup`, `ssl` (also GSSAPI) or `cancel`; for the answer to `ssl`, `ssl`. */
  readonly type: string;
  /** All of it, as it travels. */
  readonly bytes: Buffer;
}

const TYPELESS: Readonly<Record<number, string>> = { 80877102: 'cancel', 80877103: 'ssl', 80877104: 'ssl' };

/** One direction of one connection. `sslAsked` is called when the frontend asks for encryption: the answer is one byte. */
export class Framer {
  readonly #direction: Direction;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  #bareAnswers = 0;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  /** The next answer of the server is a single byte. */
  expectBareAnswer(): void {
    this.#bareAnswers += 1;
  }

  add(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** The next whole message, or undefined until more has arrived. */
  next(): Frame | undefined {
    if (this.#direction === 'back' && this.#bareAnswers > 0) return this.#bare();
    return this.#direction === 'front' && !this.#started ? this.#typeless() : this.#typed();
  }

  #bare(): Frame | undefined {
    if (this.#pending.length < 1) return undefined;
    this.#bareAnswers -= 1;
    return this.#take('ssl', 1);
  }

  #typeless(): Frame | undefined {
    if (this.#pending.length < 8) return undefined;
    const length = this.#pending.readInt32BE(0);
    if (this.#pending.length < length) return undefined;
    const type = TYPELESS[this.#pending.readInt32BE(4)] ?? 'startup';
    this.#started = type === 'startup';
    return this.#take(type, length);
  }

  #typed(): Frame | undefined {
    if (this.#pending.length < 5) return undefined;
    const length = 1 + this.#pending.readInt32BE(1);
    if (this.#pending.length < length) return undefined;
    return this.#take(String.fromCharCode(this.#pending[0]!), length);
  }

  #take(type: string, length: number): Frame {
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return { type, bytes };
  }
}

/** A parameter of a start-up packet, such as application_name. */
export function startupParameter({ bytes }: Frame, name: string): string | undefined {
  const words = bytes.toString('utf8', 8).split('\0');
  const at = words.findIndex((word, i) => i % 2 === 0 && word === name);
  return at < 0 ? undefined : words[at + 1];
}
