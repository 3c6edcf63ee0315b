import { computed, effect, signal } from '@preact/signals';
import type { RunAnswer } from '../../answers/run.ts';
import type { Heeds } from './keep-asking.ts';
import { changes, onEvent, returns } from './live.ts';
import { isVisible } from './visible.ts';

/** What the stream has told of a run. */
export interface Heard {
  readonly answer: RunAnswer;
  /** By the clock of the page: from then on its ages grow. */
  readonly heardAt: number;
}

/** The last. */
export const told = signal<Heard | undefined>(undefined);

/** The last that was told while nobody could see the page. */
let unseen: Heard | undefined;

onEvent<RunAnswer>('run', (answer) => {
  clearTimeout(silence);
  silence = undefined;
  unseen = { answer, heardAt: performance.now() };
  if (isVisible.peek()) showTold();
});

effect(() => {
  if (isVisible.value) showTold();
});

function showTold(): void {
  if (unseen) told.value = unseen;
  unseen = undefined;
}

/** Grows when the stream has spoken of a change and, for a while, of no run. */
const untold = signal(0);
const SILENT_MS = 1500;
let silence: ReturnType<typeof setTimeout> | undefined;

onEvent('changed', () => {
  silence ??= setTimeout(() => {
    silence = undefined;
    untold.value++;
  }, SILENT_MS);
});

/** Why a run is asked for: what the stream tells of it without keeping may have been missed, or it tells nothing. */
export function ofRun(id: string): Heeds {
  const isTold = computed(() => id === '' || told.value?.answer.run?.runId === id);
  return () => `${returns.value} ${isTold.value ? `untold ${untold.value}` : changes.value}`;
}

/** Another target is looked at. */
export function forgetRun(): void {
  told.value = undefined;
  unseen = undefined;
}
