import { askAgain, type Document, type Fault, Refused } from './api.ts';
import { isAsNew, newest } from './live.ts';
import { messageOf } from './session.ts';

/** What was asked for, as far as it is there: an old value stays until the new one has come. */
export interface Resource<Value> {
  readonly value: Value | undefined;
  readonly fault: Fault | undefined;
  readonly isLoading: boolean;
}

/** So long nothing is asked for behind an answer, however much happens; after one that took longer, the longer. */
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 5000;
const PAUSE_SHARE = 2;

/** Asks for one document, as often as there is reason to, but for one answer after the other: what happens meanwhile is one reason. */
export class Asker<Value> {
  readonly #path: string;
  readonly #show: (now: Resource<Value>) => void;
  #known: Document<Value> | undefined;
  #hasFailed = false;
  #isAsking = false;
  #again: 'by itself' | 'for somebody' | undefined;
  #freeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(path: string, show: (now: Resource<Value>) => void) {
    this.#path = path;
    this.#show = show;
  }

  /** Somebody wants to see it: now, and as it is now. */
  ask(): void {
    if (this.#isAsking) this.#again = 'for somebody';
    else void this.#begin(false);
  }

  /** Something has happened: asks unless what is known shows that already. */
  heed(): void {
    if (this.#isAsking) this.#again ??= 'by itself';
    else this.#timer ??= setTimeout(() => this.#askOfItself(), Math.max(0, this.#freeAt - performance.now()));
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #askOfItself(): void {
    this.#timer = undefined;
    if (!this.#isAsking && (this.#hasFailed || !isAsNew(this.#known?.event))) void this.#begin(true);
  }

  async #begin(isBackground: boolean): Promise<void> {
    this.#isAsking = true;
    this.#show({ value: this.#known?.value, fault: undefined, isLoading: true });
    const begunAt = performance.now();
    const fault = await this.#load(isBackground);
    this.#hasFailed = fault !== undefined;
    const now = performance.now();
    this.#freeAt = now + Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, PAUSE_SHARE * (now - begunAt)));
    this.#isAsking = false;
    if (this.#isOver) return;
    this.#show({ value: this.#known?.value, fault, isLoading: false });
    const again = this.#again;
    this.#again = undefined;
    if (again === 'for somebody') this.ask();
    else if (again) this.heed();
  }

  async #load(isBackground: boolean): Promise<Fault | undefined> {
    try {
      const since = isBackground ? newest() : '';
      this.#known = await askAgain<Value>(this.#path, { isBackground, since, known: this.#known });
      return undefined;
    } catch (error) {
      return error instanceof Refused ? error.fault : { status: 0, code: 'internal', message: messageOf(error) };
    }
  }
}
