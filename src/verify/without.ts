/** Those of the first list that the second has not, one for one; `textOf` gives the same text for the same thing. */
export function without<T>(list: readonly T[], others: readonly T[], textOf: (one: T) => string): T[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(textOf(one), (left.get(textOf(one)) ?? 0) + 1);
  return list.filter((one) => {
    const count = left.get(textOf(one)) ?? 0;
    left.set(textOf(one), count - 1);
    return count <= 0;
  });
}
