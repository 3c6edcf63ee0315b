import type { Migration } from '../migration/migration.ts';
import type { PlannedStatement } from '../plan/steps.ts';
import type { Batch, BatchFailure, BatchItem, ItemResult } from '../postgres/pipeline.ts';
import type { Notice, Session } from '../postgres/session.ts';
import { pinSession, type SessionPins, setLocal } from '../postgres/session-settings.ts';
import type { Engine } from './engine.ts';

/** An item on its way to the server; `statement` marks the person's own, by its place in the file. */
export interface WorkItem {
  readonly item: BatchItem;
  readonly statement?: PlannedStatement;
  /** One of our own items whose failure is the file's all the same. */
  readonly part?: 'constraints';
}

export interface WorkWatch {
  readonly onStatement?: (statement: PlannedStatement, tag: string) => void;
  readonly onNotice?: (notice: Notice) => void;
  /** One of our own items has finished. */
  readonly onOther?: (result: ItemResult) => void;
}

export interface WorkFailure {
  readonly error: Error;
  /** The person's statement that failed; absent when one of ours did. */
  readonly statement?: PlannedStatement;
  readonly part?: 'constraints';
}

/** As much as is written in one go: enough to make round trips cheap, little enough to keep memory flat. */
const CHUNK_ITEMS_MAX = 500;
const CHUNK_BYTES_MAX = 1024 * 1024;

/**
 * What DISCARD ALL does (its manual page lists these), except that plans and prepared statements are kept: those of our own
 * would have to be made again for every file (DEALLOCATE ALL is added behind a file that speaks of PREPARE). Unlike
 * DISCARD ALL it runs inside a transaction, so it costs no round trip.
 */
const CLEAN_UP: readonly WorkItem[] = [
  'SET SESSION AUTHORIZATION DEFAULT',
  'RESET ALL',
  'CLOSE ALL',
  'UNLISTEN *',
  'SELECT pg_catalog.pg_advisory_unlock_all()',
  'DISCARD TEMP',
  'DISCARD SEQUENCES',
].map((sql) => ({ item: { sql } }));

/** The modes are written out: what the file before set as the default of transactions to come does not hold for ours. */
const BEGIN: WorkItem = { item: { sql: 'BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE, NOT DEFERRABLE' } };

const DEALLOCATE: WorkItem = { item: { sql: 'DEALLOCATE ALL' } };

/** In a statement, a function's body or a comment. */
export function mayChangeRole(migration: Migration): boolean {
  return migration.large !== undefined || /\b(?:ROLE|AUTHORIZATION)\b/i.test(migration.text);
}

/** In a statement, a function's body or a comment: what it costs to be wrong is one more statement. */
export function mayPrepare(migration: Migration): boolean {
  return migration.large !== undefined || /\bPREPARE\b/i.test(migration.text);
}

/**
 * The session that runs people's SQL. Between two files it is made as new, then pinned again: no setting, role, prepared
 * statement, temporary table or lock of one file reaches the next.
 */
export class Worker {
  readonly session: Session;
  readonly #pins: SessionPins;
  readonly #pinItem: BatchItem;
  readonly #live: boolean;
  /** Behind a pooler the next transaction may meet another server process, which does not know our names. */
  readonly #named: boolean;
  #used = false;
  #prepares = false;

  constructor(engine: Engine, session: Session, pooled: boolean) {
    this.session = session;
    this.#pins = workerPins(engine);
    this.#pinItem = { ...pinSession(this.#pins), name: 'taskflow_pins' };
    this.#live = engine.live;
    this.#named = !pooled;
  }

  /**
   * Opens a transaction in a session that is as new. Clean-up and pins stand inside it: were they refused (an unknown
   * role), nothing after them would run. `prepares`: the file's text may leave prepared statements.
   */
  begin(prepares: boolean): WorkItem[] {
    const cleanUp = this.#used ? CLEAN_UP : [];
    const deallocate = this.#prepares ? [DEALLOCATE] : [];
    this.#used = true;
    this.#prepares = prepares;
    return [BEGIN, ...cleanUp, ...deallocate, { item: this.#pinItem }];
  }

  /**
   * Takes back the role that the file may have left the session with, before the tool's own tables are written. `roles`:
   * the file's text speaks of roles.
   */
  ownRole(roles: boolean): WorkItem[] {
    if (!roles) return [];
    const role = this.#pins.role ?? 'none';
    return [
      { item: { sql: 'SET SESSION AUTHORIZATION DEFAULT' } },
      { item: { sql: "SELECT pg_catalog.set_config('role', $1, false)", params: [role] } },
    ];
  }

  /** As begin, for a file whose statements run outside a transaction. */
  async renew(): Promise<void> {
    if (this.#used) await this.session.query('DISCARD ALL');
    this.#used = true;
  }

  /** For statements outside any transaction: the pins by themselves, to be awaited before anything runs. */
  pinItem(lockTimeoutMs: number, statementTimeoutMs = this.#pins.statementTimeoutMs): BatchItem {
    return pinSession({ ...this.#pins, lockTimeoutMs, statementTimeoutMs });
  }

  /**
   * Sends the items in chunks, the preamble with the first, all inside one transaction that the items themselves open and
   * close. Returns the last batch, or the failure; throws when the connection is lost.
   */
  async send(
    items: Iterable<WorkItem>,
    watch: WorkWatch,
    preamble: readonly BatchItem[][] = [],
  ): Promise<{ failure?: WorkFailure; last?: Batch }> {
    let last: Batch | undefined;
    let before = preamble;
    for (const chunk of chunks(items)) {
      last = await this.sendTogether([chunk], () => watch, before);
      if (last.failure) return { failure: failureIn(last.failure, chunk, before.length) };
      before = [];
    }
    return last ? { last } : {};
  }

  /**
   * Writes several parts at once with one Sync behind them; each part's answers are sent when it ends. `watchOf` gives what
   * watches over a part.
   */
  sendTogether(
    parts: readonly (readonly WorkItem[])[],
    watchOf: (part: number) => WorkWatch,
    before: readonly BatchItem[][] = [],
  ): Promise<Batch> {
    const ends = partEnds(parts);
    const items = parts.flatMap((part) => part.map((one, i) => this.#flushed(one, i === part.length - 1)));
    const all = parts.flat();
    let current = 0;
    return this.session.runBatch([...before, items], {
      onItem: (segment, index, result) => {
        if (segment < before.length) return;
        while (index >= ends[current]!) current++;
        const { statement } = all[index]!;
        if (statement) watchOf(current).onStatement?.(statement, result.tag);
        else watchOf(current).onOther?.(result);
      },
      onNotice: (notice) => watchOf(current).onNotice?.(notice),
    });
  }

  #flushed({ item, statement }: WorkItem, last: boolean): BatchItem {
    const { name: _, ...nameless } = item;
    const sent = this.#named ? item : nameless;
    return last || (this.#live && statement) ? { ...sent, flush: true } : sent;
  }
}

/** For each part the index, in all items, of what comes behind it. */
function partEnds(parts: readonly (readonly WorkItem[])[]): number[] {
  let end = 0;
  return parts.map((part) => (end += part.length));
}

/** Which of the person's statements failed; `offset`: the segments that went before the items. */
export function failureIn(failure: BatchFailure, items: readonly WorkItem[], offset: number): WorkFailure {
  const failed = failure.segment === offset ? items[failure.item] : undefined;
  const { statement, part } = failed ?? {};
  return { error: failure.error, ...(statement ? { statement } : {}), ...(part ? { part } : {}) };
}

/** Inline COPY data ends a chunk: the server takes no other message until it has them. */
function* chunks(items: Iterable<WorkItem>): Generator<WorkItem[]> {
  let chunk: WorkItem[] = [];
  let bytes = 0;
  for (const one of items) {
    chunk.push(one);
    bytes += one.item.sql.length;
    if (one.item.copyData !== undefined || chunk.length >= CHUNK_ITEMS_MAX || bytes >= CHUNK_BYTES_MAX) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * The person's statements as items, each class under its own lock timeout: a lock on a table is given up after a moment
 * (others queue behind whoever waits for it), a lock on rows is waited for.
 */
export function* statementItems(
  statements: Iterable<PlannedStatement>,
  timeouts: { lockTimeoutMs: number; rowLockTimeoutMs: number; statementTimeoutMs?: number },
): Generator<WorkItem> {
  if (timeouts.statementTimeoutMs !== undefined) {
    yield { item: setLocal('statement_timeout', String(timeouts.statementTimeoutMs)) };
  }
  let current: number | undefined;
  for (const planned of statements) {
    const rows = planned.kind.class === 'dml' || planned.kind.class === 'query';
    const wanted = rows ? timeouts.rowLockTimeoutMs : timeouts.lockTimeoutMs;
    if (wanted !== current) yield { item: setLocal('lock_timeout', String(wanted)) };
    current = wanted;
    yield workItemOf(planned);
  }
}

/** One after the other, each begun only when the one before has ended. */
export function* inOrder<T>(...parts: Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part;
}

export function workItemOf(planned: PlannedStatement): WorkItem {
  const { statement } = planned;
  const copy = statement.copyData === undefined ? {} : { copyData: statement.copyData };
  return { item: { sql: statement.sql, ...copy }, statement: planned };
}

function workerPins(engine: Engine): SessionPins {
  const { settings } = engine;
  return {
    ...(settings.role === undefined ? {} : { role: settings.role }),
    ...(settings.searchPath === undefined ? {} : { searchPath: settings.searchPath }),
    statementTimeoutMs: settings.statementTimeoutMs,
    lockTimeoutMs: settings.lockTimeoutMs,
    custom: {
      'taskflow.tracking_schema': settings.trackingSchema,
      'taskflow.run_id': engine.run.runId,
      'taskflow.legacy_time_zone': settings.legacyTimeZone ?? '',
    },
  };
}
