/** The schemas that a value of search_path names, without those that are there anyway. */
export function schemasOf(names: readonly string[]): string[] {
  return names
    .map((one) => one.trim().replace(/^"(.*)"$/s, '$1'))
    .filter((one) => one !== '' && one !== '$user' && one !== 'pg_catalog' && one !== 'pg_temp');
}
