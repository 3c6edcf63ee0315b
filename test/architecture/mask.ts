/**
 * TypeScript with the contents of its comments, strings and regular expressions blanked: as long as the original, with the
 * same lines, so that what is found in it is code and has its place. (TypeScript 7 has no parser that a test could call.)
 */

/** After these a slash begins a regular expression; after a value it divides. */
const BEFORE_EXPRESSION =
  /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield|throw))\s*$/;

export function mask(text: string, hasTags = false): string {
  const masker = new Masker(text, hasTags);
  masker.code('');
  return masker.result();
}

class Masker {
  readonly #text: string;
  /** JSX: `</p>` and `<br />` hold no regular expression. */
  readonly #hasTags: boolean;
  readonly #out: string[] = [];
  #at = 0;

  constructor(text: string, hasTags: boolean) {
    this.#text = text;
    this.#hasTags = hasTags;
  }

  result(): string {
    return this.#out.join('');
  }

  /** Up to the brace that ends a template's `${`, or the end. */
  code(end: '}' | ''): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      if (char === '}' && end === '}' && depth === 0) return;
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      this.#one(char);
    }
  }

  #one(char: string): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === '//') this.#blankTo(this.#find('\n', this.#at));
    else if (two === '/*') this.#blankTo(this.#find('*/', this.#at + 2) + 2);
    else if (char === "'" || char === '"') this.#delimited(char, false);
    else if (char === '`') this.#template();
    else if (this.#hasTags && char === '/' && (this.#text[this.#at - 1] === '<' || two === '/>')) this.#keep(1);
    else if (char === '/' && BEFORE_EXPRESSION.test(this.#lastCode())) this.#delimited('/', true);
    else this.#keep(1);
  }

  #keep(length: number): void {
    this.#out.push(this.#text.slice(this.#at, this.#at + length));
    this.#at += length;
  }

  #blankTo(end: number): void {
    this.#out.push(this.#text.slice(this.#at, end).replace(/[^\n]/g, ' '));
    this.#at = Math.min(end, this.#text.length);
  }

  #find(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    return at < 0 ? this.#text.length : at;
  }

  #lastCode(): string {
    return this.#out.slice(-80).join('').trimEnd();
  }

  /** A string, or a regular expression, in whose classes a slash does not end it. */
  #delimited(quote: string, classes: boolean): void {
    let end = this.#at + 1;
    let inClass = false;
    for (; end < this.#text.length && this.#text[end] !== '\n'; end += 1) {
      const char = this.#text[end]!;
      if (char === '\\') end += 1;
      else if (char === quote && !inClass) break;
      else if (classes && char === '[') inClass = true;
      else if (char === ']') inClass = false;
    }
    this.#keep(1);
    this.#blankTo(end);
    this.#keep(1);
  }

  #template(): void {
    this.#keep(1);
    while (this.#at < this.#text.length && this.#text[this.#at] !== '`') {
      if (this.#text.startsWith('${', this.#at)) {
        this.#keep(2);
        this.code('}');
        this.#keep(1);
      } else this.#blankTo(this.#at + (this.#text[this.#at] === '\\' ? 2 : 1));
    }
    this.#keep(1);
  }
}
