import { isLineBreak, isSpace } from './characters.ts';

/** What a scanning function returns when the text ends before the token does. */
export const UNFINISHED = -1;

/**
 * The end of a quoted token that begins at `from`, a prefix (`E`, `U&`, ...) included. `quote` is `'` or `"`; a doubled
 * one inside stands for itself, and in `E'...'` a backslash guards the character after it. A string goes on after white
 * space with a line break in it when another `'` follows (manual, "String Constants"), in the mode it began in.
 */
export function quotedEnd(text: string, from: number, quote: "'" | '"', atEnd: boolean): number {
  const open = text.indexOf(quote, from);
  const escapes = quote === "'" && (text[from] === 'e' || text[from] === 'E');
  let i = open + 1;
  for (;;) {
    const close = escapes ? closingQuoteEscaped(text, i) : text.indexOf(quote, i);
    if (close === -1) return UNFINISHED;
    if (close + 1 >= text.length) return atEnd ? close + 1 : UNFINISHED;
    if (text[close + 1] === quote) i = close + 2;
    else if (quote === '"') return close + 1;
    else {
      const next = continuation(text, close + 1);
      if (next === UNFINISHED && !atEnd) return UNFINISHED;
      if (next < 0) return close + 1;
      i = next + 1;
    }
  }
}

function closingQuoteEscaped(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 39) return i;
    if (code === 92) i++;
  }
  return -1;
}

const NOT_CONTINUED = -2;

/** The offset of the quote that continues a string; NOT_CONTINUED; or UNFINISHED where the text ends before it is known. */
function continuation(text: string, from: number): number {
  let lineBreak = false;
  let i = from;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 39) return lineBreak ? i : NOT_CONTINUED;
    if (code === 45) {
      const end = lineCommentEnd(text, i);
      if (end < 0) return end;
      i = end;
    } else if (isSpace(code)) {
      lineBreak ||= isLineBreak(code);
      i++;
    } else return NOT_CONTINUED;
  }
  return UNFINISHED;
}

function lineCommentEnd(text: string, from: number): number {
  if (from + 1 >= text.length) return UNFINISHED;
  if (text.charCodeAt(from + 1) !== 45) return NOT_CONTINUED;
  let i = from + 2;
  while (i < text.length && !isLineBreak(text.charCodeAt(i))) i++;
  return i < text.length ? i : UNFINISHED;
}
