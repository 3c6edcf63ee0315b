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

/** What waits for a table lock, as far as an application notices: null where only schema changes and maintenance do. */
export function lockStalls(mode: string): 'reads and writes' | 'writes' | null {
  if (mode === 'AccessExclusiveLock') return 'reads and writes';
  return mode === 'ShareLock' || STRONG.includes(mode) ? 'writes' : null;
}

const ALSO_BLOCKS: Readonly<Record<string, string>> = {
  AccessShareLock: 'what needs the table alone (ACCESS EXCLUSIVE)',
  RowShareLock: 'what needs the table alone (EXCLUSIVE, ACCESS EXCLUSIVE)',
  RowExclusiveLock: 'index builds and most schema changes',
  ShareUpdateExclusiveLock: 'VACUUM, ANALYZE, index builds and schema changes',
};

/** What of others a table lock holds up, in words. */
export function lockBlocks(mode: string): string {
  return lockStalls(mode) ?? ALSO_BLOCKS[mode] ?? 'reads and writes';
}

/** `AccessExclusiveLock` as SQL writes it: `ACCESS EXCLUSIVE`. */
export function lockModeName(mode: string): string {
  return mode
    .replace(/Lock$/, '')
    .replace(/(?<=.)([A-Z])/g, ' $1')
    .toUpperCase();
}
