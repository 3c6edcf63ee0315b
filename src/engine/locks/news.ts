import type { Blocker } from '../../report/blocker.ts';

/** Other blockers are named at most this often. */
const TELL_EVERY_MS = 10_000;
/** The same blockers are named again after this time: a log of ten minutes must not be silent. */
const TELL_AGAIN_MS = 60_000;

/** Decides which waits are worth a line: on a busy table the blockers are others every time. */
export class News {
  #told: string | undefined;
  #toldAt = 0;

  /** Whether to tell these blockers now; if so, they count as told. */
  take(blockers: readonly Blocker[]): boolean {
    const who = blockers
      .map((one) => one.pid ?? one.gid)
      .sort()
      .join(' ');
    const sinceMs = performance.now() - this.#toldAt;
    const isFirst = this.#told === undefined || (this.#told === '' && who !== '');
    const isOther = who !== this.#told && sinceMs > TELL_EVERY_MS;
    if (!isFirst && !isOther && sinceMs < TELL_AGAIN_MS) return false;
    this.#told = who;
    this.#toldAt = performance.now();
    return true;
  }
}
