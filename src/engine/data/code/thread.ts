/**
 * A thread in which the code of one migration runs, for one worker: what it computes keeps neither other workers waiting nor the sign that
 * this one lives. Rows come as texts and updates go as texts, so that no value changes on its way between threads.
 */
import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { DataBatch } from './api.ts';
import { carried } from './carried.ts';
import type { CodeColumns, ReadRow } from './code-rows.ts';
import { contextFor } from './context.ts';
import type { FromThread, ThreadStart, ToThread } from './protocol.ts';
import { type CodeRow, readUpdates } from './updates.ts';
import { valueFrom } from './values.ts';

const { url, source, version, columns } = workerData as ThreadStart;
const calls = new Map<number, AbortController>();

/** In a thread of its own, as Node runs hooks: the file may have changed since it was hashed. */
const HOOKS = `let own;
export function initialize(data) { own = data; }
export function load(url, context, next) {
  return url === own.url ? { format: 'module', source: own.source, shortCircuit: true } : next(url, context);
}`;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

async function load(): Promise<DataBatch | undefined> {
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { parentURL: url, data: { url, source } });
  const { batch } = (await import(url)) as { batch?: unknown };
  return typeof batch === 'function' ? (batch as DataBatch) : undefined;
}

function rowsOf(rows: readonly ReadRow[], { key, read }: CodeColumns): CodeRow[] {
  const shown = [...key, ...read];
  return rows.map(({ texts, ...one }) => ({
    ...one,
    row: Object.fromEntries(shown.map(({ name, form }, i) => [name, valueFrom(texts[i] ?? null, form)])),
  }));
}

async function call(batch: DataBatch, { id, attempt, rows }: ToThread & { kind: 'call' }): Promise<void> {
  const own = new AbortController();
  calls.set(id, own);
  try {
    const given = rowsOf(rows, columns);
    const made: unknown = await batch(
      given.map(({ row }) => row),
      contextFor(version, attempt, own.signal),
    );
    tell({ kind: 'made', id, updates: readUpdates(given, made, columns) });
  } catch (error) {
    tell({ kind: 'thrown', id, thrown: carried(error) });
  } finally {
    calls.delete(id);
  }
}

function listen(batch: DataBatch): void {
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'call') void call(batch, message);
    else if (message.kind === 'abort') calls.get(message.id)?.abort(new DOMException(message.message, message.name));
    else parentPort?.close();
  });
}

load().then(
  (batch) => {
    if (batch) listen(batch);
    tell({ kind: 'loaded', isFunction: batch !== undefined });
  },
  (error: unknown) => tell({ kind: 'not-loaded', thrown: carried(error) }),
);
