import { nextToken } from './lexer.ts';

/** A character that looks like a blank, a quote or a sign, but is part of a name to PostgreSQL. */
export interface OddCharacter {
  /** UTF-16 offset in the text. */
  readonly offset: number;
  readonly codePoint: number;
  /** `U+00A0 (no-break space)` */
  readonly description: string;
}

const ODD =
  /[\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2010-\u2015\u2018-\u201f\u2028-\u202f\u205f-\u2064\u2066-\u2069\u2212\u3000\ufeff\uff08\uff09\uff0c\uff1b]/;

/** The odd characters outside quotes and comments. For a hint beside a syntax error: PostgreSQL itself only says "at or near". */
export function oddCharacters(text: string): OddCharacter[] {
  if (!ODD.test(text)) return [];
  const found: OddCharacter[] = [];
  for (let at = 0; ; ) {
    const token = nextToken(text, at, true);
    if (token === undefined || token === 'incomplete') return found;
    if (token.kind === 'word') found.push(...inWord(text.slice(token.start, token.end), token.start));
    at = token.end;
  }
}

function inWord(word: string, start: number): OddCharacter[] {
  return [...word.matchAll(new RegExp(ODD, 'g'))].map((match) => {
    const codePoint = match[0].codePointAt(0) ?? 0;
    return { offset: start + match.index, codePoint, description: describe(codePoint) };
  });
}

function describe(codePoint: number): string {
  const number = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  return `${number} (${nameOf(codePoint)})`;
}

function nameOf(codePoint: number): string {
  if (codePoint === 0xa0) return 'no-break space';
  if (codePoint === 0xfeff) return 'byte order mark';
  if (codePoint === 0xad) return 'soft hyphen';
  if ((codePoint >= 0x2010 && codePoint <= 0x2015) || codePoint === 0x2212) return 'a dash that is not "-"';
  if (codePoint >= 0x2018 && codePoint <= 0x201f) return 'a typographic quotation mark';
  if (codePoint >= 0xff00) return 'a full-width punctuation mark';
  return isInvisible(codePoint) ? 'an invisible character' : 'a space that is not " "';
}

function isInvisible(codePoint: number): boolean {
  return (
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    codePoint === 0x61c ||
    (codePoint >= 0x2060 && codePoint < 0x3000) ||
    (codePoint >= 0x202a && codePoint <= 0x202e)
  );
}
