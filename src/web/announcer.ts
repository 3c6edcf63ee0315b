import type { TrailState } from '../engine/look/watch-trail.ts';
import type { Feed } from './feed.ts';

/** While a run is at work a change is announced at most so often; its own screen is told of it besides. */
const GAP_MIN_MS = 1000;
/** Never so rarely that somebody who watches wonders. */
const GAP_MAX_MS = 5000;
/** What is read because of an announcement may take one part of so many of the time until the next. */
const PARTS = 10;

/**
 * Announces what has changed. Each page asks anew then, so while a run is at work this is done the more rarely the longer the answers
 * take: to watch a run must not slow it down. That one begins or ends, and all that happens while none is at work, is said at once.
 */
export class Announcer {
  readonly #feed: Feed;
  readonly #spentMs: () => number;
  readonly #now: () => number;
  #last: { readonly runId: string | null; readonly at: number; readonly spentMs: number } | undefined;
  #waiting: TrailState | undefined;
  #hasMoved = false;
  #movedAt = { at: Number.NEGATIVE_INFINITY, spentMs: 0 };

  /** `spentMs`: for how long answers were worked at until now. */
  constructor(feed: Feed, spentMs: () => number, now: () => number = () => performance.now()) {
    this.#feed = feed;
    this.#spentMs = spentMs;
    this.#now = now;
  }

  changed(state: TrailState): void {
    this.#waiting = state;
    this.goOn();
  }

  /** A data migration has. */
  moved(): void {
    this.#hasMoved = true;
    this.goOn();
  }

  /** What comes next is news, whatever was said before. */
  away(message: string): void {
    this.#last = undefined;
    this.#feed.publish({ event: 'away', data: { message } });
  }

  /** Says what waits to be said, if it is time. */
  goOn(): void {
    if (this.#waiting && this.#mayTell(this.#waiting)) this.#tell(this.#waiting);
    if (!this.#hasMoved || this.#now() - this.#movedAt.at < this.#gapSince(this.#movedAt.spentMs)) return;
    this.#hasMoved = false;
    this.#movedAt = { at: this.#now(), spentMs: this.#spentMs() };
    this.#feed.publish({ event: 'data', data: {} });
  }

  #mayTell({ runId }: TrailState): boolean {
    const last = this.#last;
    if (!last || runId === null || last.runId !== runId) return true;
    return this.#now() - last.at >= this.#gapSince(last.spentMs);
  }

  #tell(state: TrailState): void {
    this.#waiting = undefined;
    this.#last = { runId: state.runId, at: this.#now(), spentMs: this.#spentMs() };
    this.#feed.publish({ event: 'changed', data: { seq: state.seq, runId: state.runId } });
  }

  #gapSince(spentMs: number): number {
    return Math.min(GAP_MAX_MS, Math.max(GAP_MIN_MS, PARTS * (this.#spentMs() - spentMs)));
  }
}
