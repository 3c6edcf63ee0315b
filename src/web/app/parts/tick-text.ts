import { timeText } from './words.ts';

const DAY_SECONDS = 86_400;

/** A point of an axis of time, as exact as its steps. Both in seconds. */
export function tickText(tick: number, step: number): string {
  const [day = '', clock = ''] = timeText(new Date(tick * 1000).toISOString()).split(' ');
  if (step >= DAY_SECONDS) return day;
  if (step >= 60) return `${day.slice(5)} ${clock.slice(0, 5)}`;
  return step >= 1 ? clock : `${clock}${(tick % 1).toFixed(2).slice(1)}`;
}
