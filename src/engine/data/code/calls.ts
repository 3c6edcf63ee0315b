import { setMaxListeners } from 'node:events';
import type { CodeSpec } from '../../../migration/data-spec.ts';
import { classOf, textOf } from './thrown.ts';
import type { Turns } from './turns.ts';

const BACK_OFF_MS = 250;
const BACK_OFF_MS_MAX = 30_000;
/** Waits differ by so much, so that calls that failed together are not repeated together. */
const SPREAD = 0.25;
/** What `Retry-After` may ask for. */
const ASKED_MS_MAX = 600_000;

/** One call of the code: the updates of some rows. */
export type CallCode<Row, Made> = (
  rows: readonly Row[],
  attempt: number,
  signal: AbortSignal,
) => Promise<readonly Made[]>;

/** The calls of one worker: in chunks, so many at a time, not too often, each again where it failed for what passes. */
export class Calls<Row, Made> {
  readonly #call: CallCode<Row, Made>;
  readonly #spec: CodeSpec;
  readonly #turns: Turns;

  /** `turns`: those of all workers of this process. */
  constructor(call: CallCode<Row, Made>, spec: CodeSpec, turns: Turns) {
    this.#call = call;
    this.#spec = spec;
    this.#turns = turns;
  }

  /** Why calls are not made at the moment, for people. */
  get waitsFor(): string | undefined {
    return this.#turns.heldFor;
  }

  /** The updates of all the rows. Rejects with what the first call has failed with; the others are told to stop, and have ended by then. */
  async all(rows: readonly Row[], signal: AbortSignal): Promise<Made[]> {
    const chunks = Array.from({ length: Math.ceil(rows.length / this.#spec.chunk) }, (_, i) =>
      rows.slice(i * this.#spec.chunk, (i + 1) * this.#spec.chunk),
    );
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    // Each call listens to it, and there may be many.
    setMaxListeners(0, until);
    const made: (readonly Made[])[] = [];
    let next = 0;
    const lane = async () => {
      for (let i = next++; i < chunks.length; i = next++) {
        made[i] = await this.#untilDone(chunks[i] ?? [], until);
      }
    };
    const lanes = Array.from({ length: Math.min(this.#spec.concurrency, chunks.length) }, () =>
      lane().catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(lanes);
    // What the others failed with may be that they were told to stop.
    const failed = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as unknown);
    if (failed.length > 0) throw failed.find((error) => !isStop(error)) ?? failed[0];
    return made.flat();
  }

  async #untilDone(rows: readonly Row[], signal: AbortSignal): Promise<readonly Made[]> {
    for (let attempt = 1; ; attempt++) {
      await this.#turns.next(signal);
      try {
        return await this.#once(rows, attempt, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        const found = classOf(error);
        if (found.kind !== 'passes' || attempt > this.#spec.retries) throw error;
        const reason = `the code waits to be called again: ${textOf(error)}`;
        if (found.afterMs !== undefined) this.#turns.holdFor(Math.min(ASKED_MS_MAX, found.afterMs), reason);
        else await this.#turns.rest(backOffMs(attempt), reason, signal);
      }
    }
  }

  /** Also where the code looks at no signal, a call is over when its time is. */
  async #once(rows: readonly Row[], attempt: number, signal: AbortSignal) {
    const ms = this.#spec.callTimeoutMs;
    // No AbortSignal.timeout: its timer keeps no process alive, and behind AbortSignal.any it may be collected before it fires.
    const own = new AbortController();
    const stop = () => own.abort(signal.reason);
    const timer = setTimeout(() => own.abort(new DOMException(`a call took longer than ${ms} ms`, 'TimeoutError')), ms);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const over = new Promise<never>((_, reject) => {
        own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
      });
      return await Promise.race([this.#call(rows, attempt, own.signal), over]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}

function isStop(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function backOffMs(attempt: number): number {
  const ms = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS * 2 ** (attempt - 1));
  return ms * (1 - SPREAD + 2 * SPREAD * Math.random());
}
