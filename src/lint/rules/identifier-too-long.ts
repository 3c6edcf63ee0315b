import { quoteIdentifier } from '../../sql/quote.ts';
import { identifierOf } from '../../sql/words.ts';
import { wordsOf } from '../help/tokens.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'identifier-too-long',
  topic: 'design',
  summary: 'A name is longer than 63 bytes, and PostgreSQL cuts it',
  severity: 'warning',
  weighed: false,
  aliases: ['squawk:identifier-too-long'],
  *statement({ statement: { sql } }) {
    if (!mayBeLong(sql)) return;
    for (const { raw, start, cut } of longNames(sql)) {
      yield {
        offset: start,
        message: `${raw} is longer than 63 bytes: the name will be ${quoteIdentifier(cut)}`,
        why: 'PostgreSQL cuts it with no more than a notice. Two names that differ only behind the cut are one, and tools that look for the long one find nothing.',
      };
    }
  },
};

/**
 * A statement of many rows is not walked through: few have so long a word. A character takes no more than 3 bytes for each of its
 * UTF-16 units.
 */
function mayBeLong(sql: string): boolean {
  // From the beginning of each word alone: from each of its characters it would take as often longer as words are long.
  if (!/(?:^|[\s,()])[^\s,()]{22}|"[^"]{22}/.test(sql)) return false;
  return /[^\s,()]{63,}|"[^"]{63,}|[^\0-\x7f]/.test(sql);
}

function longNames(sql: string) {
  const seen = new Set<string>();
  return wordsOf(sql).flatMap(({ start, end }) => {
    const raw = sql.slice(start, end);
    const cut = /^["\p{L}_]/u.test(raw) ? identifierOf(raw) : raw;
    if (cut.length >= written(raw).length || seen.has(cut)) return [];
    seen.add(cut);
    return [{ raw, start, cut }];
  });
}

function written(raw: string): string {
  return raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
}
