import type { Refusal, Unsampled } from '../data-facts.ts';

/** With which sample rows a migration is tried. */
export interface Rung {
  /** How many of each table. */
  readonly rows: number;
  /** One of them has the longest and largest values, one NULL where that may be. */
  readonly wide: boolean;
  /** Rows stand there before the migration; rows are entered while it is applied. */
  readonly before: boolean;
  readonly entered: boolean;
  /** Tables that stay without, as people write them. */
  readonly without: ReadonlySet<string>;
}

export const FIRST_RUNG: Rung = { rows: 3, wide: true, before: true, entered: true, without: new Set() };
const WITHOUT_MAX = 5;

/** What to try where this was refused: ordinary values, then one row (a new key may not allow two), then fewer tables. */
export function nextRung(rung: Rung, { by, table }: Omit<Refusal, 'wide'>): Rung | undefined {
  if (rung.wide) return { ...rung, wide: false };
  if (rung.rows > 1) return { ...rung, rows: 1 };
  if (table !== undefined && !rung.without.has(table) && rung.without.size < WITHOUT_MAX) {
    return { ...rung, without: new Set([...rung.without, table]) };
  }
  if (by === 'rollback' && rung.entered) return { ...rung, entered: false };
  return rung.before ? { ...rung, before: false } : undefined;
}

/**
 * What is to be told of refusals, `last` being the rung that was not refused. That a rollback is refused because of rows, in
 * any case; of ordinary values rather than of the longest. That the migration is, only where it leaves tables without rows.
 */
export function toldRefusals(refusals: readonly Refusal[], last: Rung) {
  const back = refusals.filter(({ by }) => by === 'rollback');
  const plain = back.filter(({ wide }) => !wide);
  const known = new Set(plain.map(({ message }) => message));
  const told = [...plain, ...back.filter(({ wide, message }) => wide && !known.has(message))];
  const missing = refusals.filter(({ by, wide, table }) => {
    return (
      by === 'migration' && !wide && (table === undefined ? !last.before : !last.before || last.without.has(table))
    );
  });
  const unsampled = missing.map(
    ({ table = 'a table', message }): Unsampled => ({ table, why: `the migration refuses them: ${message}` }),
  );
  return { refusals: distinct(told), unsampled: distinct(unsampled) };
}

function distinct<T>(list: readonly T[]): T[] {
  const known = new Set<string>();
  return list.filter((one) => {
    const text = JSON.stringify(one);
    return !known.has(text) && known.add(text);
  });
}
