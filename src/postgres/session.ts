import type { EventEmitter } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { CopyStreamQuery } from 'pg-copy-streams';
import type { CopyOut } from './copy-out.ts';
import type { DatabaseError } from './database-error.ts';
import {
  type Batch,
  type BatchFailure,
  type BatchItem,
  type ItemResult,
  PipelineBatch,
  PreparedNames,
} from './pipeline.ts';
import type { Row } from './row.ts';
import { SessionLost } from './session-lost.ts';
import type { ReachedHost } from './target/child-environment.ts';

/** Severity and text of a message that the server sent beside the results (RAISE NOTICE and the like). */
export interface Notice {
  readonly severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/**
 * One server session with the two ways in which this tool talks to it: a single query, and a batch that is written in one
 * go (PostgreSQL manual, "Pipelining") so that a whole migration costs one round trip and the server still says which
 * statement failed. Values travel as text in both directions: nothing of the driver's type conversion is used.
 */
export class Session {
  readonly #client: DriverClient;
  readonly #cancel: () => Promise<void>;
  readonly #driver: DriverInternals;
  #onNotice: ((notice: Notice) => void) | undefined;
  readonly #prepared = new PreparedNames();
  #pooled = false;
  #first: BatchItem | undefined;
  #lost: Error | undefined;
  #underWay: Promise<void> | undefined;
  #keep: (() => boolean) | undefined;

  /** Which server it is a session of; undefined where that is not known. */
  readonly reached: ReachedHost | undefined;

  constructor(
    client: DriverClient,
    cancel: () => Promise<void> = () => Promise.resolve(),
    reached: ReachedHost | undefined = undefined,
  ) {
    this.#client = client;
    this.#cancel = cancel;
    this.reached = reached;
    this.#driver = client as unknown as DriverInternals;
    client.on('error', (error) => {
      this.#lost ??= error;
    });
    client.on('notice', (message) => this.#onNotice?.(noticeOf(message)));
    keepBatchThroughSyncs(this.#driver);
  }

  /** The server's process ID of this session, as the start-up message gave it. */
  get backendPid(): number {
    return this.#driver.processID;
  }

  /** A pooler is known to stand between. */
  get isPooled(): boolean {
    return this.#pooled;
  }

  /** Who logged in. */
  get user(): string | undefined {
    return this.#driver.user;
  }

  /** Why the session is gone, or undefined while it can be used. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** 'I' idle, 'T' in a transaction block, 'E' in a failed one (manual, message ReadyForQuery). */
  get transactionStatus(): string | null {
    return this.#driver._txStatus;
  }

  /**
   * From now on this item goes first in every segment that is a transaction of its own: with settings to the end of the
   * transaction, so that none stays behind in a server process that a pooler hands to somebody else.
   */
  beginEachWith(item: BatchItem): void {
    this.#first = item;
  }

  /**
   * From now on no statement is kept under a name, which a pooler's next server process would not know; and no segment is
   * sent before the answers to the one before have come. A transaction pooler may take the first ReadyForQuery for the end
   * of it all: seen with PgBouncer 1.18, where the answers to the rest went to another client when this one was killed.
   */
  behindPooler(): void {
    this.#pooled = true;
  }

  /** Runs one statement and returns its rows, values as text. Throws the driver's DatabaseError. */
  async query(sql: string, params: readonly (string | null)[] = []): Promise<Row[]> {
    const batch = await this.batch([[{ sql, params, rows: true }]]);
    const rows = batch.results[0]?.[0]?.rows ?? [];
    return rows;
  }

  /** Like runBatch, but throws on the first failure. */
  async batch(segments: readonly (readonly BatchItem[])[]): Promise<Batch> {
    const batch = await this.runBatch(segments);
    if (batch.failure) throw batch.failure.error;
    return batch;
  }

  /**
   * Writes all segments at once; each ends with a Sync, so a failure skips the rest of its own segment only. Resolves with
   * everything that was done and the first failure; rejects only when the connection is lost: with what the server said
   * last, or SessionLost.
   */
  runBatch(segments: readonly (readonly BatchItem[])[], watch: BatchWatch = {}): Promise<Batch> {
    // Nothing to send would mean waiting for an answer that never comes.
    if (segments.length === 0) return Promise.resolve({ results: [] });
    return this.#inTurn(() => (this.#pooled ? this.#sendEach(segments, watch) : this.#sendTogether(segments, watch)));
  }

  async #sendEach(segments: readonly (readonly BatchItem[])[], watch: BatchWatch): Promise<Batch> {
    const results: ItemResult[][] = [];
    const failures: BatchFailure[] = [];
    for (const [i, segment] of segments.entries()) {
      const onItem: BatchWatch['onItem'] = (_, item, result) => watch.onItem?.(i, item, result);
      const batch = await this.#sendTogether([segment.map(withoutName)], { ...watch, onItem });
      results.push(...batch.results);
      if (batch.failure) failures.push({ ...batch.failure, segment: i });
    }
    const [failure] = failures;
    return { results, ...(failure ? { failure, failures } : {}) };
  }

  #sendTogether(segments: readonly (readonly BatchItem[])[], watch: BatchWatch): Promise<Batch> {
    return this.#first === undefined || this.transactionStatus !== 'I'
      ? this.#send(segments, watch)
      : this.#sendWithFirst(segments, watch, this.#first);
  }

  #send(segments: readonly (readonly BatchItem[])[], watch: BatchWatch): Promise<Batch> {
    this.#onNotice = watch.onNotice;
    return new Promise<Batch>((resolve, reject) => {
      const batch = new PipelineBatch(segments, this.#prepared, watch.onItem ?? (() => {}), resolve, reject);
      this.#client.query(batch);
    })
      .catch((error: unknown) => {
        throw error instanceof Error && 'severity' in error ? error : new SessionLost(error);
      })
      .finally(() => {
        this.#onNotice = undefined;
      });
  }

  /**
   * Runs one COPY ... TO STDOUT and hands its bytes to `take` as they come, as slowly as it takes them: memory stays flat. Each
   * piece of them is filled anew when the next one is asked for. Resolves with the number of rows. Throws the server's DatabaseError, SessionLost, or what `take` throws; then the session
   * is of no more use, because the rest of the data still waits in it.
   */
  copyOut(sql: string, take: (data: AsyncIterable<Uint8Array>) => Promise<void>): Promise<number> {
    return this.#inTurn(async () => {
      const { CopyOut } = await import('./copy-out.ts');
      const rows = new CopyOut(sql);
      return this.#copy(rows, () => take(rows));
    });
  }

  /** Runs one COPY ... FROM STDIN with that data. Resolves with the number of rows; throws as copyOut does. */
  copyIn(sql: string, data: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#inTurn(async () => {
      // As `default`: of a bundled CommonJS module there are no other names.
      const { default: streams } = await import('pg-copy-streams');
      const stream = streams.from(sql);
      // What ends it is told where it is moved; once that is over, nobody listens any more.
      stream.on('error', () => {});
      return this.#copy(stream, () => pipeline(data, stream));
    });
  }

  async #copy(query: CopyQuery, move: () => Promise<void>): Promise<number> {
    this.#client.query(query);
    try {
      await move();
      return query.rowCount;
    } catch (error) {
      if (error instanceof Error && 'severity' in error) throw error;
      const lost = this.#lost;
      this.destroy();
      throw lost ? new SessionLost(lost) : error;
    }
  }

  /** One after the other: at once where nothing is under way, so that the caller may go on while the server works. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const before = this.#underWay;
    const sent = before ? before.then(send) : send();
    const settled = sent.then(
      () => {},
      () => {},
    );
    this.#underWay = settled;
    void settled.then(() => {
      if (this.#underWay === settled) this.#underWay = undefined;
    });
    return sent;
  }

  /** The caller does not see the item that was put first: places and results are counted without it. */
  async #sendWithFirst(
    segments: readonly (readonly BatchItem[])[],
    watch: BatchWatch,
    first: BatchItem,
  ): Promise<Batch> {
    const added = segments.map((segment) => (opensTransaction(segment) ? 0 : 1));
    const sent = segments.map((segment, i) => (added[i] === 0 ? segment : [first, ...segment]));
    const { results, failures = [] } = await this.#send(sent, {
      ...watch,
      onItem: (segment, item, result) => {
        const place = item - added[segment]!;
        if (place >= 0) watch.onItem?.(segment, place, result);
      },
    });
    const own = results.map((result, i) => result.slice(added[i]));
    const ownFailures = failures.map((one) => ({ ...one, item: one.item - added[one.segment]! }));
    const [failure] = ownFailures;
    return failure ? { results: own, failure, failures: ownFailures } : { results: own };
  }

  /** Asks the server, on a connection of its own, to cancel what this session runs. Never rejects. */
  cancel(): Promise<void> {
    return this.#cancel();
  }

  /** From now on `end` asks this first: true, and it stays open, since somebody keeps it for the next who wants one. */
  endsUnless(keep: () => boolean): void {
    this.#keep = keep;
  }

  async end(): Promise<void> {
    if (this.#keep?.()) return;
    await this.#client.end().catch(() => {});
  }

  /** Closes the socket without a word: for a session whose state is not known any more. */
  destroy(): void {
    this.#driver.connection.stream.destroy();
  }
}

function withoutName({ name: _, ...item }: BatchItem): BatchItem {
  return item;
}

/** It chooses its modes, which must come before anything else of a transaction. */
function opensTransaction(segment: readonly BatchItem[]): boolean {
  return /^(?:BEGIN|DISCARD)\b/.test(segment[0]?.sql ?? '');
}

type CopyQuery = CopyStreamQuery | CopyOut;

export interface BatchWatch {
  /** Called as each item finishes, in order. */
  readonly onItem?: (segment: number, item: number, result: ItemResult) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/** What is used of the driver's client. */
export interface DriverClient {
  query(query: object): unknown;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notice', listener: (message: DriverNotice) => void): unknown;
}

interface DriverNotice {
  severity?: string | undefined;
  message?: string | undefined;
  detail?: string | undefined;
  hint?: string | undefined;
}

interface DriverInternals {
  processID: number;
  user?: string;
  _txStatus: string | null;
  _activeQuery: unknown;
  connection: EventEmitter & { stream: { destroy(): void } };
}

/**
 * The driver takes one ReadyForQuery as the end of a query and drops the query at the first error. A batch has several
 * Syncs, so both messages pass through here first. The driver's version is pinned and bundled; the pipeline tests would
 * notice a change.
 */
function keepBatchThroughSyncs(driver: DriverInternals): void {
  intercept(driver.connection, 'readyForQuery', (message) => {
    const active = driver._activeQuery;
    if (!(active instanceof PipelineBatch) || active.syncIsLast()) return false;
    driver._txStatus = (message as { status?: string }).status ?? null;
    active.handleSync();
    return true;
  });
  intercept(driver.connection, 'errorMessage', (message) => {
    const active = driver._activeQuery;
    if (!(active instanceof PipelineBatch)) return false;
    active.handleError(message as DatabaseError);
    return true;
  });
}

/** Puts a listener in front of the driver's own, which hear only what it does not take. */
function intercept(connection: EventEmitter, event: string, take: (message: unknown) => boolean): void {
  const listeners = connection.listeners(event);
  connection.removeAllListeners(event);
  connection.on(event, (message) => {
    if (take(message)) return;
    for (const listener of listeners) listener.call(connection, message);
  });
}

function noticeOf(message: DriverNotice): Notice {
  return {
    severity: message.severity ?? 'NOTICE',
    message: message.message ?? '',
    ...(message.detail ? { detail: message.detail } : {}),
    ...(message.hint ? { hint: message.hint } : {}),
  };
}
