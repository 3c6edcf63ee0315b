/** A line of a document that names a version which has another name now. */
export interface Mention {
  /** From 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/**
 * The text with every exact mention of the old versions replaced by the new ones, all at once, and the lines concerned. A
 * number alone, or a version within a longer word, is no mention.
 */
export function replaceMentions(
  text: string,
  names: ReadonlyMap<string, string>,
): { readonly text: string; readonly mentions: readonly Mention[] } {
  if (names.size === 0) return { text, mentions: [] };
  const pattern = new RegExp(`(?<![\\w-])(?:${[...names.keys()].join('|')})(?![\\w-])`, 'g');
  const mentions: Mention[] = [];
  const lines = text.split('\n').map((before, i) => {
    const after = before.replace(pattern, (version) => names.get(version) ?? version);
    if (after !== before) mentions.push({ line: i + 1, before: before.trim(), after: after.trim() });
    return after;
  });
  return { text: lines.join('\n'), mentions };
}
