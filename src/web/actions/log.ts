import type { RunEvent } from '../../report/events.ts';
import { createProgressText } from '../../report/progress-text.ts';
import { runLines } from '../../report/run-text.ts';
import { createStyle } from '../../report/style.ts';
import type { ActionLine } from '../answers/action.ts';

/** So many lines of an action are kept. */
const LINES_MAX = 400;
/** As wide as no line is: the page breaks them. */
const WIDTH = 10_000;

/** What an action says while it runs: lines, of which the last are kept, and how far it is. */
export class ActionLog {
  readonly #mask: (text: string) => string;
  readonly #now: () => number;
  readonly #progressText = createProgressText();
  readonly #lines: ActionLine[] = [];
  #count = 0;
  progress: string | null = null;

  constructor(mask: (text: string) => string, now: () => number) {
    this.#mask = mask;
    this.#now = now;
  }

  hear(event: RunEvent): void {
    const progress = this.#progressText(event);
    if (progress !== undefined) this.progress = this.#mask(progress.trim());
    for (const line of runLines(event, { style: createStyle(false), width: WIDTH }))
      this.say(line.replace(/^ {2}/, ''));
  }

  say(text: string): void {
    this.#count++;
    this.#lines.push({ number: this.#count, at: new Date(this.#now()).toISOString(), text: this.#mask(text) });
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }

  /** Those that are kept, behind that number. */
  after(number: number): readonly ActionLine[] {
    return this.#lines.filter((line) => line.number > number);
  }

  get count(): number {
    return this.#count;
  }
}
