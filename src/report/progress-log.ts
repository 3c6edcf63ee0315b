import type { RunEvent } from './events.ts';
import { visibleLine } from './visible.ts';

/** In a log: what a terminal shows all the time. */
export interface ProgressLog {
  /** The lines that the event is worth; `text`: what the progress line says after it. */
  linesOf(event: RunEvent, text: string | undefined): string[];
}

/**
 * Off a terminal, a copy of a large table says every `intervalMs` how far it is, so that who reads the log of a deployment sees that
 * it goes on. On a terminal the progress line does. `now` gives milliseconds of any clock that never goes back.
 */
export function createProgressLog(
  { isTty }: { readonly isTty: boolean },
  now: () => number,
  intervalMs = 15_000,
): ProgressLog {
  let saidAt = now();
  return {
    linesOf: (event, text) => {
      if (event.kind === 'started') saidAt = now();
      const isCopy = event.kind === 'progress' && event.bytes !== undefined;
      if (isTty || !isCopy || text === undefined || now() - saidAt < intervalMs) return [];
      saidAt = now();
      return [visibleLine(text)];
    },
  };
}
