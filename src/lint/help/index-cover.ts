import { withoutPlaces } from '../../known/expression.ts';
import type { IndexKey, KnownIndex } from '../../known/table.ts';

/**
 * Whether `wide` does for queries and for the rows all that `narrow` does: of the same method, over the same rows, its keys begin
 * with the same columns or expressions in the same collation, operator class and order, and it holds what the other includes. A
 * unique index is replaced only by one that refuses the same rows. Only a btree finds by the first of its keys, so that of any
 * other method both must be equal. What is not known of an index is taken to be different.
 */
export function covers(wide: KnownIndex, narrow: KnownIndex): boolean {
  const isWhole = wide.columns.length === narrow.columns.length;
  return (
    wide.valid &&
    wide.method === narrow.method &&
    (isWhole || wide.method === 'btree') &&
    (!narrow.unique || (isWhole && refusesAsMuch(wide, narrow))) &&
    samePredicate(wide, narrow) &&
    sameKeys(wide, narrow) &&
    narrow.included.every((column) => [...wide.columns, ...wide.included].includes(column))
  );
}

function refusesAsMuch(wide: KnownIndex, narrow: KnownIndex): boolean {
  return wide.unique && (wide.nullsNotDistinct === true || !narrow.nullsNotDistinct);
}

/** One that has all rows holds those of a partial one as well, but is larger: no reason to leave the small one out. */
function samePredicate(a: KnownIndex, b: KnownIndex): boolean {
  if (a.partial !== b.partial) return false;
  return !a.partial || (a.predicate !== undefined && same(a.predicate, b.predicate));
}

function sameKeys(wide: KnownIndex, narrow: KnownIndex): boolean {
  const [keys, others] = [keysOf(wide), keysOf(narrow)];
  if (!keys || !others || !narrow.columns.every((_, i) => sameColumn(wide, narrow, i))) return false;
  return sameOrder(keys, others, 1) || (wide.method === 'btree' && sameOrder(keys, others, -1));
}

/** Undefined: a server has told only that they are not plain. */
function keysOf({ plain, keys, columns }: KnownIndex): readonly IndexKey[] | undefined {
  return plain ? columns.map(() => ({})) : keys;
}

function sameColumn(wide: KnownIndex, narrow: KnownIndex, at: number): boolean {
  const [one, other] = [wide.columns[at], narrow.columns[at]];
  if (one !== undefined || other !== undefined) return one === other;
  const [own, theirs] = [expressionAt(wide, at), expressionAt(narrow, at)];
  return own !== undefined && same(own, theirs);
}

function expressionAt({ columns, expressions }: KnownIndex, at: number): unknown {
  return expressions?.[columns.slice(0, at).filter((column) => column === undefined).length];
}

/** A btree is read from either end: with -1, `wide` backwards. */
function sameOrder(wide: readonly IndexKey[], narrow: readonly IndexKey[], direction: 1 | -1): boolean {
  const flips = direction === -1;
  return narrow.every(({ collation, operatorClass, descending = false, nullsFirst = false }, i) => {
    const other = wide[i];
    return (
      other !== undefined &&
      other.collation === collation &&
      other.operatorClass === operatorClass &&
      ((other.descending ?? false) !== flips) === descending &&
      ((other.nullsFirst ?? false) !== flips) === nullsFirst
    );
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(withoutPlaces(a)) === JSON.stringify(withoutPlaces(b));
}
