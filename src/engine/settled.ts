import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import type { Engine } from './engine.ts';

/** The tracking tables need nothing: a run that finds nothing to apply need not take the lock. */
export function isSettled(engine: Engine, held: Ledger): boolean {
  return held.layout === LAYOUT_NEWEST && !isFirst(held) && timesToDo(engine, held) === undefined;
}

/** The tables are not there, older, or were made by hand and never told what the database held before. */
export function isFirst(held: Ledger): boolean {
  return held.layout === 0 || isUntold(held);
}

/** Nobody has yet looked what the database held before it was tracked. */
export function isUntold(held: Ledger): boolean {
  return held.entries.length === 0 && !held.settings.has('adoption');
}

/** Key of the tracking settings: which zone the older, naive times were read in; `unknown` while they are left so. */
export const TIMES_ZONE = 'applied_at_zone';

/** What is to be done about times without a zone: convert them, or tell once that nobody said which zone they are in. */
export function timesToDo(engine: Engine, held: Ledger): 'convert' | 'tell' | undefined {
  if (!held.naiveTimes) return undefined;
  if (engine.settings.legacyTimeZone) return 'convert';
  return held.settings.has(TIMES_ZONE) ? undefined : 'tell';
}
