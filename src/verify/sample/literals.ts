export interface Literals {
  /** Values of string constants. */
  readonly texts: readonly string[];
  /** Numbers as they are written. */
  readonly numbers: readonly string[];
}

/** Names in quotes, string constants, numbers that are no part of a name. */
const TOKEN = /"(?:[^"]|"")*"|(E)?'((?:[^'\\]|''|\\.)*)'|(?<![\w$.])(\d+(?:\.\d+)?)(?![\w$])/gs;

/** The constants of an expression as PostgreSQL writes it out: with E in front wherever there is a backslash. */
export function literalsIn(expression: string): Literals {
  const texts = new Set<string>();
  const numbers = new Set<string>();
  for (const [, escaped, body, number] of expression.matchAll(TOKEN)) {
    if (number !== undefined) numbers.add(number);
    if (body === undefined) continue;
    const text = body.replaceAll("''", "'");
    texts.add(escaped === undefined ? text : text.replaceAll('\\\\', '\\'));
  }
  return { texts: [...texts], numbers: [...numbers] };
}
