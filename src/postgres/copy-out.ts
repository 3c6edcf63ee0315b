import type { Duplex } from 'node:stream';

/** What is used of the driver's connection while a COPY has its socket. */
interface CopyConnection {
  readonly stream: Duplex;
  query(sql: string): void;
}

/** Types of messages (manual, "Message Formats"). */
const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
/** CopyOutResponse, and what may come between: ParameterStatus, NoticeResponse, NotificationResponse. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x48, 0x53, 0x4e, 0x41]);

const HEADER_BYTES = 5;
/** Rows are given out in pieces of this size: whoever compresses, digests or writes them has less to do. */
const PIECE_BYTES = 256 * 1024;
/** So many pieces may wait to be taken; then the server waits. */
const WAITING_MAX = 2;
/** Rows are copied by so many bytes at once. */
const WORD_BYTES = 4;

/**
 * One COPY ... TO STDOUT as a query of the driver, and the bytes of its rows in pieces, to be read once. The server sends a
 * message for each row, millions of them: the driver would make an object of each, so they are read from its socket, and only
 * their headers are taken out of what has come. The rest of the protocol stays the driver's.
 *
 * A piece is its taker's until the next one is asked for: then its memory is filled again. New memory for each would have to be
 * zeroed by the system, which took as long as the copying.
 */
export class CopyOut implements AsyncIterable<Buffer> {
  /** From the end of the rows on. */
  rowCount = 0;
  readonly #sql: string;
  #connection: CopyConnection | undefined;
  #driverTakes: ((data: Buffer) => void) | undefined;
  /** The beginning of a message of which less than a header has come. */
  #header = NOTHING;
  /** Of the message that is being read: bytes that have not come, and whether they are rows. */
  #left = 0;
  #isData = false;
  #piece = new Piece();
  readonly #waiting: Piece[] = [];
  readonly #free: Piece[] = [];
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;
  readonly #onData = (data: Buffer) =>
    this.#parse(this.#header.length === 0 ? data : Buffer.concat([this.#header, data]));

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** The driver begins it. */
  submit(connection: CopyConnection): void {
    const { stream } = connection;
    const [takes] = stream.listeners('data') as ((data: Buffer) => void)[];
    if (!takes) throw new Error('the driver does not listen to its socket');
    this.#connection = connection;
    this.#driverTakes = takes;
    stream.removeListener('data', takes);
    stream.on('data', this.#onData);
    connection.query(this.#sql);
  }

  /** The pieces. Throws the server's error, or that of the connection. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#end?.error) throw this.#end.error;
      const piece = this.#waiting.shift();
      if (piece) {
        this.#connection?.stream.resume();
        yield piece.filled();
        this.#free.push(piece.emptied());
      } else if (this.#end) return;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #parse(data: Buffer): void {
    const { length } = data;
    const view = new DataView(data.buffer, data.byteOffset, length);
    let at = 0;
    this.#header = NOTHING;
    for (;;) {
      const end = Math.min(at + this.#left, length);
      this.#left -= end - at;
      if (this.#isData) this.#gather(view, at, end);
      at = end;
      if (this.#left > 0 || length - at < HEADER_BYTES) break;
      const type = view.getUint8(at);
      if (type !== COPY_DATA && !PASSED_OVER.has(type)) {
        this.#give();
        this.#giveBack(data.subarray(type === COPY_DONE ? at + HEADER_BYTES : at));
        return;
      }
      this.#left = view.getUint32(at + 1) - 4;
      this.#isData = type === COPY_DATA;
      at += HEADER_BYTES;
    }
    if (this.#left === 0 && at < length) this.#header = Buffer.from(data.subarray(at));
  }

  #gather(view: DataView, from: number, end: number): void {
    let at = from;
    while (end - at > this.#piece.room) {
      const part = at + this.#piece.room;
      this.#piece.add(view, at, part);
      at = part;
      this.#give();
    }
    this.#piece.add(view, at, end);
  }

  /** As slowly as it is taken. */
  #give(): void {
    if (this.#piece.isEmpty) return;
    this.#waiting.push(this.#piece);
    this.#piece = this.#free.pop() ?? new Piece();
    if (this.#waiting.length >= WAITING_MAX) this.#connection?.stream.pause();
    this.#tell();
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** The rows are all there, or there was an error: what comes now is for the driver. */
  #giveBack(data: Buffer): void {
    const stream = this.#connection?.stream;
    const takes = this.#driverTakes;
    this.#connection = undefined;
    if (!stream || !takes) return;
    stream.removeListener('data', this.#onData);
    stream.on('data', takes);
    takes(data);
    stream.resume();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rowCount = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  /** Of the server, or because the connection is lost. */
  handleError(error: Error): void {
    this.#end ??= { error };
    this.#tell();
  }

  handleReadyForQuery(): void {
    this.#end ??= {};
    this.#tell();
  }
}

const NOTHING = Buffer.alloc(0);

/** Rows that are not given out yet. */
class Piece {
  readonly #bytes = Buffer.allocUnsafeSlow(PIECE_BYTES + WORD_BYTES);
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Bytes that it takes yet. */
  get room(): number {
    return PIECE_BYTES - this.#length;
  }

  /**
   * Rows are short: a call for each would cost more than its bytes. By words it takes a third of the time that it takes by bytes;
   * the last of them writes beyond the end, where the next row comes, or nothing.
   */
  add(from: DataView, begin: number, end: number): void {
    const to = this.#view;
    let at = begin;
    let place = this.#length;
    const wordsEnd = Math.min(end, from.byteLength - WORD_BYTES + 1);
    for (; at < wordsEnd; at += WORD_BYTES, place += WORD_BYTES) to.setInt32(place, from.getInt32(at, true), true);
    for (; at < end; at++, place++) to.setUint8(place, from.getUint8(at));
    this.#length += end - begin;
  }

  filled(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** To be filled again. */
  emptied(): this {
    this.#length = 0;
    return this;
  }
}
