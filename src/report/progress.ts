import { visibleLine } from './visible.ts';
import { cut } from './width.ts';

/** Where progress is drawn: a terminal, or anything else, where nothing is. */
export interface ProgressOutput {
  readonly isTty: boolean;
  readonly width: number;
  write(text: string): void;
}

/** One line of a terminal that is rewritten as work goes on. Off a terminal all of it does nothing, except `above`. */
export interface ProgressLine {
  /** Draws the text in place of the one before; at most one drawing per `intervalMs`, the others are dropped. */
  show(text: string): void;
  /** Writes whole lines above the progress line, which stays. */
  above(text: string): void;
  /** Takes the line away. To be called before anything else is written, and at the end. */
  clear(): void;
}

const CLEAR_LINE = '\r\u001b[K';

/** `now` gives milliseconds of any clock that never goes back. */
export function createProgressLine(output: ProgressOutput, now: () => number, intervalMs = 50): ProgressLine {
  let drawn = '';
  let drawnAt = Number.NEGATIVE_INFINITY;
  const draw = (text: string) => {
    drawn = cut(visibleLine(text), output.width - 1);
    drawnAt = now();
    output.write(CLEAR_LINE + drawn);
  };
  const clear = () => {
    if (drawn !== '') output.write(CLEAR_LINE);
    drawn = '';
  };
  return {
    show: (text) => {
      if (output.isTty && now() - drawnAt >= intervalMs) draw(text);
    },
    above: (text) => {
      const line = drawn;
      clear();
      output.write(text.endsWith('\n') ? text : `${text}\n`);
      if (line !== '') draw(line);
    },
    clear,
  };
}
