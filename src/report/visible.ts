/**
 * Characters that change how the rest of a text looks, or that cannot be seen at all: control characters (with the ESC of
 * terminal sequences), bidirectional overrides and isolates, zero-width and other format characters, lone surrogates, and
 * line separators. U+200D and U+FE0F stay: emoji are built with them.
 */
const TREACHEROUS =
  /[\p{Cc}\u061C\u00AD\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Cs}/gu;

/** The text with such characters written as `<U+202E>`. Line breaks and tabs stay. */
export function visible(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(TREACHEROUS, (char) => (char === '\n' || char === '\t' ? char : codePoint(char)));
}

/** The same for one line: line breaks and tabs are written out too, as spaces. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]+/g, ' ');
}

/** A file's name: all of them are written out, so that a line break in it cannot begin a line of its own. */
export function visibleName(name: string): string {
  return name.replace(TREACHEROUS, codePoint);
}

/** The text in pieces, for who can show such characters as something that no text can look like: these have a `code`, `U+202E`. */
export function visibleParts(text: string): readonly { readonly text: string; readonly code?: string }[] {
  const parts: { text: string; code?: string }[] = [];
  let done = 0;
  for (const { index, 0: char } of text.matchAll(TREACHEROUS)) {
    if (char === '\n' || char === '\t') continue;
    if (index > done) parts.push({ text: text.slice(done, index) });
    parts.push({ text: char, code: codePoint(char).slice(1, -1) });
    done = index + char.length;
  }
  return done < text.length ? [...parts, { text: text.slice(done) }] : parts;
}

function codePoint(char: string): string {
  return `<U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`;
}
