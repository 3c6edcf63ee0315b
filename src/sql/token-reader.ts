import { isBlank, nextToken, type Token } from './lexer.ts';
import { identifierOf, wordOf } from './words.ts';

/** A name with an optional schema before it (a catalog name before that is left out), folded as PostgreSQL folds it. */
export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/**
 * Walks over the significant tokens of one statement that the splitter has accepted. `word` is '' at the end, so that
 * comparisons need no extra case.
 */
export class TokenReader {
  readonly #text: string;
  #token: Token | undefined;
  #word: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#move(0);
  }

  /** The token at hand as a word to compare with (see `wordOf`). */
  get word(): string {
    this.#word ??= this.#token ? wordOf(this.#text, this.#token) : '';
    return this.#word;
  }

  /** The token at hand as written. */
  get raw(): string {
    return this.#token ? this.#text.slice(this.#token.start, this.#token.end) : '';
  }

  /** All text from the token at hand on. */
  get rest(): string {
    return this.#token ? this.#text.slice(this.#token.start) : '';
  }

  get atEnd(): boolean {
    return this.#token === undefined;
  }

  isAt(...words: string[]): boolean {
    return words.includes(this.word);
  }

  next(): void {
    if (this.#token) this.#move(this.#token.end);
  }

  /** Goes past the given words if they come next, all of them; else stays. */
  accept(...words: string[]): boolean {
    const [token, word] = [this.#token, this.#word];
    for (const expected of words) {
      if (this.word !== expected) {
        this.#token = token;
        this.#word = word;
        return false;
      }
      this.next();
    }
    return true;
  }

  /** Goes past one of the words; which one. */
  acceptAny(...words: string[]): string | undefined {
    const found = words.find((word) => word === this.word);
    if (found !== undefined) this.next();
    return found;
  }

  /** An identifier, folded; undefined when something else comes next. */
  name(): string | undefined {
    if (this.#token?.kind !== 'word' && this.#token?.kind !== 'quoted-name') return undefined;
    const name = identifierOf(this.raw);
    this.next();
    return name;
  }

  qualifiedName(): QualifiedName | undefined {
    const parts: string[] = [];
    do {
      const part = this.name();
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.accept('.'));
    const name = parts.at(-1) ?? '';
    const schema = parts.at(-2);
    return schema === undefined ? { name } : { schema, name };
  }

  /** Goes past a balanced ( ... ) or [ ... ] if one comes next. */
  skipBrackets(): boolean {
    if (this.word !== '(' && this.word !== '[') return false;
    let depth = 0;
    do {
      if (this.word === '(' || this.word === '[') depth++;
      else if (this.word === ')' || this.word === ']') depth--;
      this.next();
    } while (depth > 0 && !this.atEnd);
    return true;
  }

  /**
   * Goes past `(name [=] value, ...)` if that comes next: its options with names in lower case; one without a value counts
   * as true.
   */
  options(): Map<string, string> {
    const options = new Map<string, string>();
    if (!this.accept('(')) return options;
    while (!this.atEnd && !this.accept(')')) {
      const name = this.name();
      if (name === undefined) this.next();
      this.accept('=');
      const hasValue = this.word !== ',' && this.word !== ')';
      if (name !== undefined) options.set(name, hasValue ? this.raw.replaceAll("'", '').toLowerCase() : 'true');
      while (!this.atEnd && this.word !== ')' && !this.accept(',')) this.next();
    }
    return options;
  }

  #move(from: number): void {
    this.#word = undefined;
    this.#token = undefined;
    for (let at = from; ; ) {
      const token = nextToken(this.#text, at, true);
      if (token === undefined || token === 'incomplete') return;
      if (!isBlank(token.kind)) {
        this.#token = token;
        return;
      }
      at = token.end;
    }
  }
}
