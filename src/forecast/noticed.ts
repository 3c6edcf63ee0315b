import type { Forecast } from './forecast.ts';

/** Somebody may notice the statement: it works for longer than an instant, holds up others, or nobody knows what it does. */
export function isNoticed({ rewrites, time, locks, unforeseen }: Forecast): boolean {
  const isNewOnly = locks.length > 0 && locks.every(({ isNew }) => isNew);
  if (unforeseen !== null || time !== 'an instant') return true;
  return (rewrites && !isNewOnly) || locks.some((lock) => !lock.isNew && lock.stalls !== null);
}
