/** Milliseconds in each unit that PostgreSQL's settings take (manual, "Parameter Interaction via the Configuration File": Numeric with Unit). */
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The largest value of PostgreSQL's own timeouts, which are 32-bit integers of milliseconds: 24.8 days. */
const MAX_MS = 2_147_483_647;

export const DURATION_PATTERN = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*(us|ms|s|min|h|d)?\s*$/;

/** What a duration looks like, for messages. */
export const DURATION_EXPECTED = 'a duration such as "250ms", "10s", "5min" or "1h" (0 for none; at most 24 days)';

/**
 * Milliseconds of a duration as PostgreSQL reads its timeouts: a number with an optional unit, milliseconds without one.
 * Rounded to whole milliseconds, but never from something to nothing (0 means "none"). Undefined if it is not one.
 */
export function parseDuration(text: string | number): number | undefined {
  const [, number, unit = 'ms'] = DURATION_PATTERN.exec(String(text)) ?? [];
  if (number === undefined) return undefined;
  const exact = Number(number) * UNIT_MS[unit]!;
  const ms = exact > 0 ? Math.max(1, Math.round(exact)) : 0;
  return ms <= MAX_MS ? ms : undefined;
}

/** How people write the units otherwise. */
const MEANT: Readonly<Record<string, string>> = {
  m: 'min',
  mins: 'min',
  minute: 'min',
  sec: 's',
  second: 's',
  msec: 'ms',
  millisecond: 'ms',
  hr: 'h',
  hour: 'h',
  day: 'd',
};

/** What is wrong with a text that is no duration, and how it is written, where that can be told: `minutes are written min: 10min`. */
export function durationFault(text: string): string | undefined {
  if (/^\s*-\s*[\d.]/.test(text)) return 'a duration cannot be negative';
  if (DURATION_PATTERN.test(text)) return 'it is longer than 24 days';
  const [, number, word = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = unitMeant(word.toLowerCase());
  return number === undefined || unit === undefined ? undefined : `this unit is written ${unit}: ${number}${unit}`;
}

function unitMeant(word: string): string | undefined {
  const known = (one: string) =>
    Object.hasOwn(UNIT_MS, one) ? one : Object.hasOwn(MEANT, one) ? MEANT[one] : undefined;
  return known(word) ?? known(word.replace(/s$/, ''));
}

/** Whether the word is a unit, which somebody has set apart from its number. */
export function isDurationUnit(word: string): boolean {
  return unitMeant(word.toLowerCase()) !== undefined;
}
