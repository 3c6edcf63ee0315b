/** Repetitions beyond which a text is not made longer. */
const TIMES_MAX = 64;

/**
 * A text that a regular expression of the simple kind matches, another for each number where the pattern leaves a choice;
 * undefined where it is none of that kind (look-ahead, back references, classes by name). It is a try: the server decides.
 */
export function patternText(pattern: string, n: number): string | undefined {
  const reader = new PatternReader(pattern.replace(/^\(\?[a-z]+\)/, ''), n);
  const text = reader.alternatives();
  return reader.done ? text : undefined;
}

class PatternReader {
  readonly #pattern: string;
  readonly #n: number;
  #at = 0;
  #failed = false;

  constructor(pattern: string, n: number) {
    this.#pattern = pattern;
    this.#n = n;
  }

  get done(): boolean {
    return !this.#failed && this.#at === this.#pattern.length;
  }

  /** One of them, by the number. */
  alternatives(): string {
    const texts = [this.#sequence()];
    while (this.#take('|')) texts.push(this.#sequence());
    return texts[this.#n % texts.length]!;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at]!) && !this.#failed) {
      const one = this.#atom();
      text += one.repeat(this.#times());
    }
    return text;
  }

  #atom(): string {
    const char = this.#pattern[this.#at++]!;
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'a';
    if (char === '[') return this.#class();
    if (char === '\\') return this.#escape();
    if (char === '(') return this.#group();
    return char;
  }

  #group(): string {
    if (this.#pattern[this.#at] === '?' && !this.#pattern.startsWith('?:', this.#at)) this.#failed = true;
    if (this.#pattern.startsWith('?:', this.#at)) this.#at += 2;
    const text = this.alternatives();
    if (!this.#take(')')) this.#failed = true;
    return text;
  }

  /** One of the characters, by the number. */
  #class(): string {
    const end = this.#pattern.indexOf(']', this.#at + 1);
    const body = end < 0 ? '^' : this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    if (body.startsWith('^')) return 'a';
    if (body.includes('[:')) this.#failed = true;
    const chars = [...classCharacters(body)];
    return chars[(this.#n - 1) % chars.length] ?? '';
  }

  #escape(): string {
    const char = this.#pattern[this.#at++] ?? '';
    if ('mMAZyB'.includes(char)) return '';
    return CLASSES[char]?.[(this.#n - 1) % 3] ?? char;
  }

  #times(): number {
    if (this.#take('*')) return 1;
    if (this.#take('+')) return 1;
    if (this.#take('?')) return 1;
    const [whole, least] = /^\{(\d+)(?:,\d*)?\}/.exec(this.#pattern.slice(this.#at, this.#at + 20)) ?? [];
    if (whole === undefined) return 1;
    this.#at += whole.length;
    return Math.min(TIMES_MAX, Math.max(1, Number(least)));
  }

  #take(char: string): boolean {
    if (this.#pattern[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

const CLASSES: Readonly<Record<string, string>> = { d: '123', w: 'abc', s: '   ', S: 'abc', D: 'abc', W: '---' };

function* classCharacters(body: string): Generator<string> {
  const text = body.replace(/\\d/g, '0-9').replace(/\\w/g, 'a-z').replace(/\\s/g, ' ').replace(/\\(.)/g, '$1');
  for (let i = 0; i < text.length; i++) {
    const to = text[i + 1] === '-' ? text[i + 2] : undefined;
    yield text[i]!;
    if (to === undefined) continue;
    for (let code = text.charCodeAt(i) + 1; code <= to.charCodeAt(0); code++) yield String.fromCharCode(code);
    i += 2;
  }
}
