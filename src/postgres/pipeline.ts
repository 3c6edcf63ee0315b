import { type EventEmitter, once } from 'node:events';
import type { DatabaseError } from './database-error.ts';
import type { Row } from './row.ts';

/** One statement of a batch. Parameters and results are text. */
export interface BatchItem {
  readonly sql: string;
  /** Parse it once a session under this name, and only bind it from then on: for statements that come again and again. */
  readonly name?: string;
  readonly params?: readonly (string | null)[];
  /** Keep the rows of the answer; otherwise they are read and dropped. */
  readonly rows?: boolean;
  /** Ask the server to send this item's answer at once instead of when its buffer is full: for progress. */
  readonly flush?: boolean;
  /** Data for COPY ... FROM STDIN, sent when the server asks for it. */
  readonly copyData?: string | Iterable<string>;
}

export interface ItemResult {
  /** The command tag, e.g. `INSERT 0 1`. */
  readonly tag: string;
  readonly rows: Row[];
}

export interface BatchFailure {
  readonly segment: number;
  readonly item: number;
  readonly error: DatabaseError;
}

export interface Batch {
  readonly results: ItemResult[][];
  readonly failure?: BatchFailure;
  /** Of each segment that failed, in order; the first of them is `failure`. */
  readonly failures?: readonly BatchFailure[];
}

interface Wire {
  readonly stream: EventEmitter & { readonly writableNeedDrain: boolean; cork(): void; uncork(): void };
  parse(message: { text: string; name?: string; types?: number[] }): void;
  bind(message: { values?: (string | null)[]; portal?: string; statement?: string }): void;
  describe(message: { type: 'P' | 'S'; name: string }): void;
  execute(message: { portal?: string; rows?: number }): void;
  close(message: { type: 'P' | 'S'; name: string }): void;
  flush(): void;
  sync(): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/**
 * A batch on the wire, in the shape that the driver's queue accepts. Every item goes through the extended protocol, which
 * takes exactly one statement a message: should our splitter ever see one statement where PostgreSQL sees two, the server
 * refuses instead of running something else (manual, "Extended Query").
 */
export class PipelineBatch {
  readonly #segments: readonly (readonly BatchItem[])[];
  readonly #prepared: PreparedNames;
  readonly #onItem: (segment: number, item: number, result: ItemResult) => void;
  readonly #resolve: (batch: Batch) => void;
  readonly #reject: (error: unknown) => void;
  readonly #results: ItemResult[][];
  readonly #failures: BatchFailure[] = [];
  #failedSegment = -1;
  #segment = 0;
  #item = 0;
  #columns: string[] = [];
  #rows: Row[] = [];

  constructor(
    segments: readonly (readonly BatchItem[])[],
    prepared: PreparedNames,
    onItem: (segment: number, item: number, result: ItemResult) => void,
    resolve: (batch: Batch) => void,
    reject: (error: unknown) => void,
  ) {
    this.#segments = segments;
    this.#prepared = prepared;
    this.#onItem = onItem;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#results = segments.map(() => []);
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    wire.stream.cork();
    for (const segment of this.#segments) {
      for (const item of segment) writeItem(wire, item, this.#prepared);
      wire.sync();
    }
    // The driver's own uncork happens a tick later; one write for everything is the point of a batch.
    wire.stream.uncork();
  }

  syncIsLast(): boolean {
    return this.#segment >= this.#segments.length - 1;
  }

  handleSync(): void {
    this.#segment++;
    this.#item = 0;
  }

  handleRowDescription(message: { fields: { name: string }[] }): void {
    this.#columns = message.fields.map((field) => field.name);
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (!this.#current()?.rows) return;
    const row: Record<string, string | null> = {};
    this.#columns.forEach((name, i) => {
      row[name] = message.fields[i] ?? null;
    });
    this.#rows.push(row);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#finishItem(message.text);
  }

  handleEmptyQuery(): void {
    this.#finishItem('');
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: unknown): void {
    const wire = connection as Wire;
    const data = this.#current()?.copyData ?? [];
    this.#sendCopyData(wire, typeof data === 'string' ? [data] : data)
      .then(
        () => wire.endCopyFrom(),
        (error: unknown) => wire.sendCopyFail(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        // Sync messages that were sent before the server asked for data are ignored by it (manual, "COPY Operations").
        wire.sync();
      });
  }

  /** Waits whenever the socket's buffer is full, so that data of any size passes through bounded memory. */
  async #sendCopyData(wire: Wire, pieces: Iterable<string>): Promise<void> {
    for (const piece of pieces) {
      if (this.#failedSegment === this.#segment) return;
      wire.sendCopyFromChunk(Buffer.from(piece));
      if (wire.stream.writableNeedDrain) await once(wire.stream, 'drain');
    }
  }

  handleCopyData(): void {}

  /** The first failure of a segment is kept: the server skips what follows it there. */
  handleError(error: DatabaseError, connection?: unknown): void {
    if (connection !== undefined || !('code' in error && 'severity' in error)) {
      this.#reject(this.#failures[0]?.error ?? error);
      return;
    }
    if (this.#failedSegment !== this.#segment) this.#failures.push({ segment: this.#segment, item: this.#item, error });
    this.#failedSegment = this.#segment;
    // Whether the server got as far as a name's Parse is not known any more.
    this.#prepared.doubt();
  }

  handleReadyForQuery(): void {
    const [failure] = this.#failures;
    this.#resolve({ results: this.#results, ...(failure ? { failure, failures: this.#failures } : {}) });
  }

  #current(): BatchItem | undefined {
    return this.#segments[this.#segment]?.[this.#item];
  }

  #finishItem(tag: string): void {
    const result: ItemResult = { tag, rows: this.#rows };
    this.#results[this.#segment]?.push(result);
    const [segment, item] = [this.#segment, this.#item];
    this.#item++;
    this.#rows = [];
    this.#onItem(segment, item, result);
  }
}

function writeItem(wire: Wire, item: BatchItem, prepared: PreparedNames): void {
  const name = item.name ?? '';
  const known = name === '' ? 'no' : prepared.use(name);
  if (known === 'perhaps') wire.close({ type: 'S', name });
  if (known !== 'yes') wire.parse({ text: item.sql, name });
  wire.bind({ values: item.params ? [...item.params] : [], statement: name });
  if (item.rows) wire.describe({ type: 'P', name: '' });
  wire.execute({});
  if (item.flush) wire.flush();
  if (FORGETS_NAMES.has(item.sql)) prepared.forget();
  else if (MAY_FORGET_NAMES.test(item.sql)) prepared.doubt();
}

/**
 * In people's statements, whatever their case, and in the blocks and functions that they write. The other kinds of DISCARD keep
 * prepared statements (manual, DISCARD).
 */
const MAY_FORGET_NAMES = /\bDEALLOCATE\b|\bDISCARD\b(?!\s+(?:TEMP|TEMPORARY|SEQUENCES|PLANS)\b)/i;

/** Statements of ours after which the server knows no prepared statement. */
const FORGETS_NAMES: ReadonlySet<string> = new Set(['DEALLOCATE ALL', 'DISCARD ALL']);

/** Which names the server knows in a session, as far as we can tell. */
export class PreparedNames {
  readonly #known = new Map<string, 'yes' | 'perhaps'>();

  /** Whether the name is known already; from now on it is. */
  use(name: string): 'yes' | 'perhaps' | 'no' {
    const known = this.#known.get(name) ?? 'no';
    this.#known.set(name, 'yes');
    return known;
  }

  doubt(): void {
    for (const name of this.#known.keys()) this.#known.set(name, 'perhaps');
  }

  forget(): void {
    this.#known.clear();
  }
}
