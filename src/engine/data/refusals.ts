import { callsForLess } from '../../batch/pace.ts';
import { isDatabaseError } from '../failure.ts';
import type { BatchFailure } from './batch.ts';

/** How often the same rows are tried, in smaller and smaller pieces. */
export const ATTEMPTS_MAX = 30;
/** One refusal is nothing unusual. */
export const REFUSALS_TOLD = 2;
const BACK_OFF_MS = 50;
const BACK_OFF_MS_MAX = 2000;

/** How long to wait behind a refusal, after so many before it. */
export function backOffMs(attempts: number): number {
  return Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS * 2 ** attempts);
}

/** Data is wrong, not the statement (manual, Appendix A): classes of cardinality, data, constraints, views and what functions raise. */
export function isRowFault({ error, isRowFault: known }: BatchFailure): boolean {
  return known ?? /^(?:21|22|23|27|38|39|44|P0)/.test(error.code ?? '');
}

/** Nothing was done, so the same may be tried again: the server's refusals, and a serialization failure. */
export function isRefusal({ error }: BatchFailure): boolean {
  return isDatabaseError(error) && (callsForLess(error.code ?? '') || error.code === '40001');
}
