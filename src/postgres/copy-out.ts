import { type Duplex, Readable } from 'node:stream';

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

/**
 * One COPY ... TO STDOUT as a query of the driver, and the bytes of its rows as a stream. The server sends a message for each
 * row, millions of them: the driver would make an object of each, so they are read from its socket, and only their headers
 * are taken out of what has come. The rest of the protocol stays the driver's.
 */
export class CopyOut extends Readable {
  /** From the end of the stream on. */
  rowCount = 0;
  readonly #sql: string;
  #connection: CopyConnection | undefined;
  #driverTakes: ((data: Buffer) => void) | undefined;
  /** A header of which not all has come. */
  #header = Buffer.alloc(0);
  /** Of the message that is being read: bytes that have not come, and whether they are rows. */
  #left = 0;
  #isData = false;
  /** Rows that are not given out yet. */
  #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #filled = 0;
  readonly #onData = (data: Buffer) =>
    this.#parse(this.#header.length === 0 ? data : Buffer.concat([this.#header, data]));

  constructor(sql: string) {
    super({ highWaterMark: 2 * PIECE_BYTES });
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

  override _read(): void {
    this.#connection?.stream.resume();
  }

  #parse(data: Buffer): void {
    const { length } = data;
    let at = 0;
    this.#header = NOTHING;
    for (;;) {
      const end = Math.min(at + this.#left, length);
      this.#left -= end - at;
      if (this.#isData) this.#gather(data, at, end);
      at = end;
      if (this.#left > 0 || length - at < HEADER_BYTES) break;
      const type = data[at]!;
      if (type !== COPY_DATA && !PASSED_OVER.has(type)) {
        this.#give();
        this.#giveBack(data.subarray(type === COPY_DONE ? at + HEADER_BYTES : at));
        return;
      }
      this.#left = data.readUInt32BE(at + 1) - 4;
      this.#isData = type === COPY_DATA;
      at += HEADER_BYTES;
    }
    if (this.#left === 0 && at < length) this.#header = Buffer.from(data.subarray(at));
  }

  #gather(data: Buffer, from: number, end: number): void {
    if (this.#filled + end - from > PIECE_BYTES) this.#give();
    if (end - from > PIECE_BYTES) {
      this.#push(data.subarray(from, end));
      return;
    }
    const piece = this.#piece;
    let filled = this.#filled;
    // Rows are short: a call for each would cost more than its bytes.
    for (let at = from; at < end; at++) piece[filled++] = data[at]!;
    this.#filled = filled;
  }

  #give(): void {
    if (this.#filled === 0) return;
    this.#push(this.#piece.subarray(0, this.#filled));
    this.#piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.#filled = 0;
  }

  /** As slowly as it is taken. */
  #push(rows: Buffer): void {
    if (!this.push(rows)) this.#connection?.stream.pause();
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
    this.destroy(error);
  }

  handleReadyForQuery(): void {
    this.push(null);
  }
}

const NOTHING = Buffer.alloc(0);
