const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** PostgreSQL's timeouts are 32-bit integers of milliseconds. */
const MAX_MS = 2_147_483_647;

export const DURATION_EXPECTED = 'a duration such as 250ms, 10s, 5min or 1h (0 for none; at most 24 days)';

/**
 * Milliseconds of a duration as PostgreSQL reads its timeouts: a number with an optional unit (us, ms, s, min, h, d),
 * milliseconds without one (manual, "Parameter Names and Values"). Never rounded to 0, which means none.
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = 'ms'] = /^(\d{1,15}(?:\.\d{1,6})?)\s*(us|ms|s|min|h|d)?$/.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  const exact = Number(number) * (UNIT_MS[unit] ?? 1);
  const ms = exact > 0 ? Math.max(1, Math.round(exact)) : 0;
  return ms <= MAX_MS ? ms : undefined;
}
