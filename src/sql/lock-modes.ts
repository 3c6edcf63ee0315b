/** Table lock modes, by the names of pg_locks, with those that each conflicts with (manual, "Table-Level Locks", table 13.2). */
const CONFLICTS: Readonly<Record<string, readonly string[]>> = {
  AccessShareLock: ['AccessExclusiveLock'],
  RowShareLock: ['ExclusiveLock', 'AccessExclusiveLock'],
  RowExclusiveLock: ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
  ShareUpdateExclusiveLock: [
    'ShareUpdateExclusiveLock',
    'ShareLock',
    'ShareRowExclusiveLock',
    'ExclusiveLock',
    'AccessExclusiveLock',
  ],
  ShareLock: [
    'RowExclusiveLock',
    'ShareUpdateExclusiveLock',
    'ShareRowExclusiveLock',
    'ExclusiveLock',
    'AccessExclusiveLock',
  ],
};

/** Whether two sessions cannot hold these modes on one table at once. A mode that is not known counts as the strongest. */
export function lockModesConflict(one: string, other: string): boolean {
  const few = CONFLICTS[one];
  if (few) return few.includes(other) || (!isKnown(other) && other !== '');
  if (CONFLICTS[other]) return CONFLICTS[other].includes(one) || !isKnown(one);
  return true;
}

const STRONG = ['ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];

function isKnown(mode: string): boolean {
  return mode in CONFLICTS || STRONG.includes(mode);
}
