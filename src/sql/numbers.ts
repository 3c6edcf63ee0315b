import { isDigit } from './characters.ts';

/**
 * The end of a number (manual, "Numeric Constants"). What cannot go on a number, such as the `abc` of `12abc`, is left to
 * the next token, as servers before 15 read it; newer ones refuse it.
 */
export function numberEnd(text: string, from: number): number {
  const radix = radixEnd(text, from);
  if (radix !== undefined) return radix;
  let i = digitsEnd(text, from, isDigit);
  if (text[i] === '.' && text[i + 1] !== '.') i = digitsEnd(text, i + 1, isDigit);
  return exponentEnd(text, i);
}

function radixEnd(text: string, from: number): number | undefined {
  if (text[from] !== '0' || !'xXoObB'.includes(text[from + 1] ?? ' ')) return undefined;
  const end = digitsEnd(text, from + 2, isHexDigit);
  return end > from + 2 ? end : from + 1;
}

function digitsEnd(text: string, from: number, isOne: (code: number) => boolean): number {
  let i = from;
  while (isOne(text.charCodeAt(i)) || (text[i] === '_' && isOne(text.charCodeAt(i + 1)))) i++;
  return i;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

function exponentEnd(text: string, from: number): number {
  if (text[from] !== 'e' && text[from] !== 'E') return from;
  const digits = text[from + 1] === '+' || text[from + 1] === '-' ? from + 2 : from + 1;
  return isDigit(text.charCodeAt(digits)) ? digitsEnd(text, digits, isDigit) : from;
}
