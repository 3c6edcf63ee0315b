import { isBlank, nextToken } from '../../sql/lexer.ts';
import { wordOf } from '../../sql/words.ts';

/** A token of a statement that is neither white space nor a comment. */
export interface Word {
  /** As `wordOf` gives it, to compare with. */
  readonly word: string;
  /** UTF-16 offsets in the statement's text. */
  readonly start: number;
  readonly end: number;
  /** How many parentheses and brackets are open around it; one that opens or closes is outside of itself. */
  readonly depth: number;
}

/** The tokens of a text that the splitter has accepted. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let depth = 0;
  for (let at = 0; ; ) {
    const token = nextToken(text, at, true);
    if (token === undefined || token === 'incomplete') return words;
    at = token.end;
    if (isBlank(token.kind)) continue;
    const word = wordOf(text, token);
    if (word === ')' || word === ']') depth--;
    words.push({ word, start: token.start, end: token.end, depth });
    if (word === '(' || word === '[') depth++;
  }
}

/** A text with another one put behind its first word of that kind outside parentheses; undefined where there is none. */
export function insertBehind(text: string, word: string, addition: string): string | undefined {
  const place = wordsOf(text).find((one) => one.word === word && one.depth === 0);
  return place && `${text.slice(0, place.end)} ${addition}${text.slice(place.end)}`;
}

/** A text without the given words where they follow one another, as IF NOT EXISTS does. */
export function without(text: string, ...phrase: readonly string[]): string {
  const words = wordsOf(text);
  const at = words.findIndex((_, index) => phrase.every((word, i) => words[index + i]?.word === word));
  const next = words[at + phrase.length];
  return at === -1 || !next ? text : text.slice(0, words[at]!.start) + text.slice(next.start);
}
