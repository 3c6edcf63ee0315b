import type { PlannedStatement } from '../plan/steps.ts';
import type { BatchItem, ItemResult } from '../postgres/pipeline.ts';
import type { Notice } from '../postgres/session.ts';
import { setLocal } from '../postgres/session-settings.ts';

/** An item on its way to the server; `statement` marks the person's own, by its place in the file. */
export interface WorkItem {
  readonly item: BatchItem;
  readonly statement?: PlannedStatement;
  /** What happens before and behind it, in its transaction. */
  readonly around?: Around | undefined;
  /** One of our own items whose failure is the file's all the same. */
  readonly part?: 'constraints';
}

/** What stands around a statement. An error of the server in it counts as the statement's own. */
export interface Around {
  before(): Promise<void>;
  /** `tag`: the statement's command tag, `DELETE 12`. */
  after(tag: string): Promise<void>;
  /** Runs in place of the statement; as long as it, so that places in it stay. */
  readonly sql?: string;
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
 * The person's statements as items, each class under its own lock timeout: a lock on a table is given up after a moment
 * (others queue behind whoever waits for it), a lock on rows is waited for.
 */
export function* statementItems(
  statements: Iterable<PlannedStatement>,
  timeouts: { lockTimeoutMs: number; rowLockTimeoutMs: number; statementTimeoutMs?: number },
  around?: (planned: PlannedStatement, lockTimeoutMs: number) => Around | undefined,
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
    const one = workItemOf(planned);
    const beside = around?.(planned, timeouts.lockTimeoutMs);
    yield { ...one, item: beside?.sql === undefined ? one.item : { ...one.item, sql: beside.sql }, around: beside };
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

/** What the server said to something around a statement; undefined when it went well. */
export async function runAround(
  one: WorkItem | undefined,
  run: (around: Around) => Promise<void>,
): Promise<WorkFailure | undefined> {
  if (!one?.around) return undefined;
  try {
    await run(one.around);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && 'severity' in error)) throw error;
    return { error, ...(one.statement ? { statement: one.statement } : {}) };
  }
}

/**
 * Inline COPY data ends a chunk: the server takes no other message until it has them. What has something around it goes by
 * itself.
 */
export function* chunks(items: Iterable<WorkItem>): Generator<WorkItem[]> {
  let chunk: WorkItem[] = [];
  let bytes = 0;
  for (const one of items) {
    if (one.around) {
      if (chunk.length > 0) yield chunk;
      yield [one];
      chunk = [];
      bytes = 0;
      continue;
    }
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
