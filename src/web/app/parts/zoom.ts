import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';

const ZOOMS = [0.25, 0.4, 0.6, 0.8, 1, 1.3, 1.7, 2.2];
const READABLE = 3;

/** How large a picture is drawn in its frame. */
export interface Zoom {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly place: Signal<number>;
  readonly factor: number;
  step(by: number): void;
  /** The largest zoom at which the whole width is seen, as long as its texts can be read. */
  fit(): void;
  /** Scrolls the frame, and nothing else, to what is selected. */
  centre(): void;
  /** With Ctrl held, as a trackpad says it when it is pinched. */
  byWheel(event: WheelEvent): void;
  /** + and −. */
  byKey(event: KeyboardEvent): void;
}

export function useZoom(): Zoom {
  const place = useSignal(4);
  const frame = useRef<HTMLDivElement>(null);
  const step = (by: number) => {
    place.value = Math.max(0, Math.min(ZOOMS.length - 1, place.value + by));
  };
  return {
    frame,
    place,
    factor: ZOOMS[place.value]!,
    step,
    fit() {
      place.value = fitting(frame.current);
    },
    centre: () => centre(frame.current),
    byWheel(event) {
      if (!event.ctrlKey) return;
      event.preventDefault();
      step(event.deltaY > 0 ? -1 : 1);
    },
    byKey(event) {
      if (event.key !== '+' && event.key !== '-') return;
      event.preventDefault();
      step(event.key === '+' ? 1 : -1);
    },
  };
}

function fitting(frame: HTMLElement | null): number {
  const wide = frame?.querySelector('svg')?.viewBox.baseVal.width ?? 0;
  const found = ZOOMS.findLastIndex((zoom) => zoom <= 1 && wide * zoom <= (frame?.clientWidth ?? 0));
  return Math.max(READABLE, found);
}

function centre(frame: HTMLElement | null): void {
  const box = frame?.querySelector('.is-selected')?.getBoundingClientRect();
  if (!frame || !box) return;
  const around = frame.getBoundingClientRect();
  frame.scrollBy(
    box.left + box.width / 2 - around.left - around.width / 2,
    box.top + box.height / 2 - around.top - around.height / 2,
  );
}
