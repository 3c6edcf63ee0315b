import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { carried, thrownOf } from './carried.ts';
import type { MadeUpdate, ReadRow } from './code-rows.ts';
import type { FromThread, ThreadStart, ToThread } from './protocol.ts';

/** So long code may go on that was told to stop: it may compute and look at no signal. */
const GRACE_MS = 1_000;
/** How long a thread may take to write out what it has said, at its end. */
const END_MS = 200;

interface Waiting {
  resolve(updates: readonly MadeUpdate[]): void;
  reject(error: unknown): void;
}

/** The thread was ended under a call that was not to blame: it is made again. */
class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
  readonly retryable = true;
}

/** Runs the code of one migration for one worker, in a thread of its own; in another one where that has died. */
export class CodeThread {
  readonly #start: ThreadStart;
  #thread: Promise<Worker> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(start: ThreadStart) {
    this.#start = start;
  }

  /** Runs the top level of the file. Rejects with what that has thrown, or NoFunction. */
  async load(): Promise<void> {
    await this.#running();
  }

  /** One call. Rejects with what the code has thrown, or with why its thread has died; at once when the signal is aborted. */
  async call(rows: readonly ReadRow[], attempt: number, signal: AbortSignal): Promise<readonly MadeUpdate[]> {
    const thread = await this.#running();
    signal.throwIfAborted();
    const id = this.#next++;
    const abort = () => this.#abort(thread, id, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        send(thread, { kind: 'call', id, attempt, rows });
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends it, whatever it is at. */
  async end(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    this.#thread = undefined;
    if (!thread) return;
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    send(thread, { kind: 'end' });
    if (this.#waiting.size === 0) await Promise.race([ended, sleep(END_MS)]);
    await thread.terminate();
  }

  #running(): Promise<Worker> {
    this.#thread ??= this.#begin().catch((error: unknown) => {
      this.#thread = undefined;
      throw error;
    });
    return this.#thread;
  }

  #begin(): Promise<Worker> {
    const thread = new Worker(threadFile(), { workerData: this.#start, name: `code of ${this.#start.version}` });
    // What waits for it keeps the process alive; one that is at nothing does not.
    thread.unref();
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown) => {
        reject(error);
        void thread.terminate();
      };
      const died = (error: Error) => {
        // Behind an error comes the end, when another thread may be at work already.
        thread.removeAllListeners('exit');
        this.#thread = undefined;
        reject(error);
        for (const waiting of this.#waiting.values()) waiting.reject(error);
        this.#waiting.clear();
      };
      thread.on('message', (message: FromThread) => {
        if (message.kind === 'loaded') return message.isFunction ? resolve(thread) : refuse(new NoFunction());
        if (message.kind === 'not-loaded') return refuse(thrownOf(message.thrown));
        this.#answer(message);
      });
      thread.on('error', (error: unknown) => died(thrownOf(carried(error))));
      thread.on('exit', (status) => died(new Error(`its thread has ended with status ${status}`)));
    });
  }

  #answer(message: Extract<FromThread, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'made') waiting?.resolve(message.updates);
    else waiting?.reject(thrownOf(message.thrown));
  }

  /** Who waits for it hears at once; the thread of code that does not listen is ended. */
  #abort(thread: Worker, id: number, reason: unknown): void {
    const { name, message } = reason instanceof Error ? reason : new DOMException('stopped', 'AbortError');
    send(thread, { kind: 'abort', id, name, message });
    this.#waiting.get(id)?.reject(reason);
    const timer = setTimeout(() => {
      if (this.#waiting.has(id)) this.#replace(thread);
    }, GRACE_MS);
    timer.unref();
  }

  #replace(thread: Worker): void {
    this.#thread = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    thread.removeAllListeners();
    // Whatever it still says, or dies of, concerns nobody.
    thread.on('error', () => {});
    void thread.terminate();
    for (const one of waiting)
      one.reject(new ThreadEnded('its thread was ended with another call, which did not stop when its time was over'));
  }
}

/** What the file exports as `batch` is none. */
export class NoFunction extends Error {}

function send(thread: Worker, message: ToThread): void {
  thread.postMessage(message);
}

/** In dist/, where the parts of the library lie in a folder of their own; among the sources, beside this file. */
function threadFile(): string | URL {
  const here: string | undefined = import.meta.url;
  if (here === undefined) return join(__dirname, 'code-thread.js');
  const places = ['./code-thread.js', '../code-thread.js'].map((place) => new URL(place, here));
  return places.find((place) => existsSync(place)) ?? new URL('./thread.ts', here);
}
