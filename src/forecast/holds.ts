import type { Forecast, ForecastLock } from './forecast.ts';
import { longest, type TimeClass, timeRank } from './time-class.ts';

/** A statement of a transaction, with its migration. */
export interface PlacedStatement {
  readonly version: string;
  readonly statement: Pick<Forecast, 'locks' | 'time' | 'forms'> & { readonly line: number };
}

/** How long the application cannot use a table: from the statement that takes the lock to the end of its transaction. */
export interface PlannedHold {
  readonly relation: string;
  readonly stalls: 'reads and writes' | 'writes';
  readonly time: TimeClass;
  /** Where the lock is taken. */
  readonly version: string;
  readonly line: number;
  /** More statements follow under it before it is given back. */
  readonly goesOn: boolean;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** What is held up, the longest of each table, the worst first; a lock on an index counts for its table. */
export function holdsOf(transactions: readonly (readonly PlacedStatement[])[]): PlannedHold[] {
  const worst = new Map<string, PlannedHold>();
  for (const hold of transactions.flatMap(holdsIn)) {
    const key = `${hold.stalls}\0${hold.relation}`;
    const before = worst.get(key);
    if (!before || timeRank(hold.time) > timeRank(before.time)) worst.set(key, hold);
  }
  const all = [...worst.values()];
  return all.filter((one) => !all.some((other) => covers(other, one))).sort(byWeight);
}

function holdsIn(transaction: readonly PlacedStatement[]): PlannedHold[] {
  const found = new Map<string, PlannedHold>();
  for (const [i, { version, statement }] of transaction.entries()) {
    for (const lock of statement.locks) {
      if (lock.isNew || lock.stalls === null) continue;
      const relation = lock.table ?? lock.relation;
      const key = `${lock.stalls}\0${relation}`;
      if (found.has(key)) continue;
      const { rows = null, bytes = null } = statement.locks.find((one) => one.relation === relation) ?? {};
      found.set(key, holdFrom(transaction, i, relation, { rows, bytes, stalls: lock.stalls }, version));
    }
  }
  return [...found.values()];
}

function holdFrom(
  transaction: readonly PlacedStatement[],
  i: number,
  relation: string,
  { stalls, rows, bytes }: Pick<ForecastLock, 'rows' | 'bytes'> & Pick<PlannedHold, 'stalls'>,
  version: string,
): PlannedHold {
  const under = transaction.slice(i).map(({ statement }) => statement);
  const time = longest(under.map((one) => one.time));
  return { relation, stalls, time, version, line: under[0]!.line, goesOn: under.length > 1, rows, bytes };
}

/** Who can neither read nor write for as long cannot write either. */
function covers(other: PlannedHold, one: PlannedHold): boolean {
  return (
    other.relation === one.relation &&
    one.stalls === 'writes' &&
    other.stalls === 'reads and writes' &&
    timeRank(other.time) >= timeRank(one.time)
  );
}

function byWeight(a: PlannedHold, b: PlannedHold): number {
  const weight = ({ time, stalls }: PlannedHold) => 2 * timeRank(time) + (stalls === 'writes' ? 0 : 1);
  return weight(b) - weight(a) || (b.bytes ?? 0) - (a.bytes ?? 0) || (a.relation < b.relation ? -1 : 1);
}
