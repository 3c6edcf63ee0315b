import { setTimeout as sleep } from 'node:timers/promises';

/** When the next call of any worker of this process may be made: not more often than so many times a second, and not before a service is ready again. */
export class Turns {
  readonly #everyMs: number;
  #nextAt = 0;
  #heldUntil = 0;
  #resting = 0;
  #reason: string | undefined;

  constructor(perSecond: number | undefined) {
    this.#everyMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** What has failed, where calls wait for that and not for the rate. */
  get heldFor(): string | undefined {
    return this.#resting > 0 || performance.now() < this.#heldUntil ? this.#reason : undefined;
  }

  /** No call of anybody before. */
  holdFor(ms: number, reason: string): void {
    this.#reason = reason;
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + ms);
  }

  /** Rejects with AbortError when the signal is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = performance.now();
      const at = Math.max(this.#heldUntil, this.#nextAt);
      if (at <= now) {
        this.#nextAt = now + this.#everyMs;
        signal.throwIfAborted();
        return;
      }
      await sleep(at - now, undefined, { signal });
    }
  }

  /** One call rests; others may go on. */
  async rest(ms: number, reason: string, signal: AbortSignal): Promise<void> {
    this.#reason = reason;
    this.#resting++;
    try {
      await sleep(ms, undefined, { signal });
    } finally {
      this.#resting--;
    }
  }
}
