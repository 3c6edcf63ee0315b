import type { Feed } from '../feed.ts';
import { Refusal } from '../refusal.ts';
import { type Acting, Action, type ActionParts, type Asked, type Outcome } from './action.ts';

/** So many that have ended are kept for each target. */
const ENDED_MAX = 20;
/** What happens within this time is told together. */
const GATHER_MS = 150;
/** More lines than this at once are asked for by who wants them. */
const LINES_AT_ONCE = 100;

/** The actions of one target: one at a time, but for those that may stand beside another. */
export class Actions {
  readonly #feed: Feed;
  readonly #parts: Omit<ActionParts, 'changed'>;
  /** The newest last. */
  readonly #all: { readonly action: Action; readonly isBeside: boolean }[] = [];
  /** What is to be told, with the number of the last line that was. */
  readonly #told = new Map<Action, number>();
  readonly #waiting = new Set<Action>();

  constructor(feed: Feed, parts: Omit<ActionParts, 'changed'>) {
    this.#feed = feed;
    this.#parts = parts;
  }

  /** The newest first. */
  get list(): readonly Action[] {
    return this.#all.map(({ action }) => action).reverse();
  }

  /** Refusal `not-found`. */
  find(id: string): Action {
    const found = this.#all.find(({ action }) => action.id === id);
    if (found) return found.action;
    throw new Refusal(404, 'not-found', 'There is no such action; those that ended long ago are not kept.');
  }

  /** Begins one. `isBeside`: whatever else is under way. Refusal `action-busy`. */
  begin(asked: Asked, isBeside: boolean, work: (acting: Acting) => Promise<Outcome>): Action {
    const busy = this.#all.find((one) => one.action.isRunning && !one.isBeside)?.action;
    if (busy && !isBeside)
      throw new Refusal(
        409,
        'action-busy',
        `${busy.asked.user.name} is at it: ${busy.asked.title}. Wait, or cancel it.`,
      );
    const action = new Action({ ...this.#parts, changed: (one) => this.#changed(one) }, asked, work);
    this.#all.push({ action, isBeside });
    this.#forget();
    this.#changed(action);
    return action;
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#all.map(({ action }) => action.ended));
  }

  #forget(): void {
    const ended = this.#all.filter(({ action }) => !action.isRunning);
    for (const one of ended.slice(0, Math.max(0, ended.length - ENDED_MAX))) {
      this.#all.splice(this.#all.indexOf(one), 1);
      this.#told.delete(one.action);
    }
  }

  #changed(action: Action): void {
    if (this.#waiting.has(action)) return;
    this.#waiting.add(action);
    setTimeout(() => this.#tell(action), GATHER_MS).unref();
  }

  #tell(action: Action): void {
    this.#waiting.delete(action);
    const news = action.news(this.#told.get(action) ?? 0);
    this.#told.set(action, action.lines);
    this.#feed.publish({ event: 'action', data: { ...news, lines: news.lines.slice(-LINES_AT_ONCE) } });
  }
}
