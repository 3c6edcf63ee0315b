import type { FormUse } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import type { Subject } from '../rule.ts';
import { gatherBefore } from './gather-before.ts';
import { lockedBy, tableKey } from './tables.ts';

/** Another file locks two tables in use the other way round. */
export interface Opposite {
  /** Locked before, and at this statement. */
  readonly first: RelationName;
  readonly second: RelationName;
  readonly use: FormUse;
  /** Where the other file locks `first` behind `second`. */
  readonly file: string;
  readonly line: number;
}

type Orders = Map<string, Pick<Opposite, 'file' | 'line'>>;

/** For each run: by the keys of two tables where the second is locked behind the first, for the first time. */
const known = new WeakMap<object, Orders>();

/** Of a transaction with more tables the order of the first ones is looked at. */
const TABLES_MAX = 50;

/** The tables in use that the transaction has locked against writes, in that order. */
const gatherLocked = gatherBefore(
  () => new Map<string, RelationName>(),
  (locked, by) => {
    for (const use of by.uses) {
      for (const table of lockedBy(by, use, 'ShareLock')) {
        if (locked.size < TABLES_MAX) locked.set(tableKey(table), table);
      }
    }
  },
);

/** The first table that is locked here, where a file that was judged before locks it and an earlier one the other way round. */
export function oppositeOrder(subject: Subject): Opposite | undefined {
  const locked = subject.transactional ? gatherLocked(subject) : undefined;
  if (!locked || locked.size === 0) return undefined;
  const orders = ordersOf(subject.run);
  const { file } = subject.migration;
  let found: Opposite | undefined;
  for (const use of subject.uses) {
    for (const second of lockedBy(subject, use, 'ShareLock')) {
      const key = tableKey(second);
      if (locked.has(key)) continue;
      for (const [before, first] of locked) {
        const other = orders.get(pairKey(key, before));
        if (other && other.file !== file) found ??= { first, second, use, ...other };
        const own = pairKey(before, key);
        if (!orders.has(own)) orders.set(own, { file, line: subject.statement.line });
      }
    }
  }
  return found;
}

function ordersOf(run: object): Orders {
  const orders = known.get(run) ?? new Map();
  known.set(run, orders);
  return orders;
}

function pairKey(first: string, second: string): string {
  return `${first}\0${second}`;
}
