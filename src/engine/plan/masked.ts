/** The same value with every text in it masked. */
export function masked<T>(value: T, mask: (text: string) => string): T {
  return maskedValue(value, mask) as T;
}

function maskedValue(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((one) => maskedValue(one, mask));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, maskedValue(inside, mask)]));
}
