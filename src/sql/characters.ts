/** Character classes of PostgreSQL's lexer (manual, "Lexical Structure"), by UTF-16 code unit. */
export const CLASS = {
  other: 0,
  space: 1,
  letter: 2,
  digit: 3,
  operator: 4,
  punctuation: 5,
  quote: 6,
  doubleQuote: 7,
  dollar: 8,
} as const;

const OF_ASCII = asciiClasses();

function asciiClasses(): Uint8Array {
  const classes = new Uint8Array(128);
  const mark = (characters: string, value: number) => {
    for (const character of characters) classes[character.charCodeAt(0)] = value;
  };
  mark(' \t\n\r\f\v', CLASS.space);
  mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', CLASS.letter);
  mark('0123456789', CLASS.digit);
  mark('~!@#^&|`?+-*/%<>=', CLASS.operator);
  mark('()[],;.:', CLASS.punctuation);
  mark("'", CLASS.quote);
  mark('"', CLASS.doubleQuote);
  mark('$', CLASS.dollar);
  return classes;
}

/** The class of a code unit. Everything from U+0080 up is a letter to PostgreSQL, a no-break space too. */
export function classOf(code: number): number {
  return code < 128 ? (OF_ASCII[code] ?? CLASS.other) : CLASS.letter;
}

/** Whether the character at `index` can go on a name: a letter, a digit or `$`. NaN (past the end) cannot. */
export function continuesName(code: number): boolean {
  if (code >= 128) return true;
  const kind = OF_ASCII[code];
  return kind === CLASS.letter || kind === CLASS.digit || kind === CLASS.dollar;
}

/** As `continuesName`, for a dollar quote's tag: without the `$`. */
export function continuesTag(code: number): boolean {
  return code >= 128 || OF_ASCII[code] === CLASS.letter || OF_ASCII[code] === CLASS.digit;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

export function isLineBreak(code: number): boolean {
  return code === 10 || code === 13;
}
