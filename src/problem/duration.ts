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
