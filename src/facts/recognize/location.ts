/** The first place that a piece of the tree has in the text, in bytes; undefined where the tree keeps none. */
export function firstLocation(value: unknown): number | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const here = 'location' in value && typeof value.location === 'number' ? [value.location] : [];
  const inside = Object.values(value).flatMap((field) => firstLocation(field) ?? []);
  const all = [...here, ...inside].filter((location) => location > 0);
  return all.length > 0 ? Math.min(...all) : undefined;
}
