const CHARACTERS_MAX = 60;

/** The beginning of a statement in its author's own words, for a message: one line, cut where it is long. */
export function asWritten(sql: string): string {
  const [line = ''] = sql.trimStart().split('\n', 1);
  const characters = [...line.slice(0, 2 * CHARACTERS_MAX)];
  const cut = characters.length > CHARACTERS_MAX || line.trimEnd().length < sql.trim().length;
  return cut ? `${characters.slice(0, CHARACTERS_MAX).join('').trimEnd()} …` : line.trimEnd();
}
