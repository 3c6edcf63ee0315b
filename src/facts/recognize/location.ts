/** The first place that a piece of the tree has in the text, in bytes; undefined where the tree keeps none. */
export function firstLocation(value: unknown): number | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const here = 'location' in value && typeof value.location === 'number' ? value.location : 0;
  let first = here > 0 ? here : undefined;
  for (const key in value) {
    const inside = firstLocation(value[key as keyof typeof value]);
    if (inside !== undefined && (first === undefined || inside < first)) first = inside;
  }
  return first;
}
