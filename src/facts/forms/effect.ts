import type { Effect, FormSample, LockMode, OtherLock, OtherRelation } from '../row.ts';

/** The lock modes in short, as the rows of the table write them. */
export const AS = 'AccessShareLock';
export const RS = 'RowShareLock';
export const RX = 'RowExclusiveLock';
export const SUX = 'ShareUpdateExclusiveLock';
export const S = 'ShareLock';
export const SRX = 'ShareRowExclusiveLock';
export const X = 'ExclusiveLock';
export const AX = 'AccessExclusiveLock';

type More = Partial<Omit<Effect, 'lock' | 'others'>>;

type Others = Partial<Record<OtherRelation, LockMode>>;

/** A lock on the target, locks on others, and what else is not as usual: no rewrite, no scan, in a transaction. */
export function takes(lock: LockMode | null, others: Others = {}, more: More = {}): Effect {
  return { lock, others: othersOf(others), rewrite: null, scan: false, transactional: true, ...more };
}

/** The same for what goes down to partitions and to tables that inherit: these are locked alike. */
export function alters(lock: LockMode, others: Others = {}, more: More = {}): Effect {
  return takes(lock, { partitions: lock, children: lock, ...others }, more);
}

export function othersOf(others: Others): OtherLock[] {
  return (Object.entries(others) as [OtherRelation, LockMode][]).map(([on, mode]) => ({ on, mode }));
}

/** Samples that need no preparation. */
export function tried(...statements: readonly string[]): FormSample[] {
  return statements.map((sql) => ({ sql }));
}
