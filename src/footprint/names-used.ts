import { stringsOf } from '../syntax/names.ts';
import type { Node } from '../syntax/tree.ts';
import type { NameMade } from './names-made.ts';

/** The names that files use, before anybody knows what they mean: words of their statements and of the texts in those. */
export class NamesUsed {
  readonly #byName = new Map<string, Set<string>[]>();
  /** Tables named as the type of something: their columns are used where nobody names them. */
  readonly #types = new Set<string>();
  #file = new Set<string>();
  /** A name may be written in other letters than it has. */
  #isUnsure = false;

  /** Another file begins; the names of the last one are those of an earlier one now. */
  beginFile(): void {
    for (const name of this.#file) {
      const files = this.#byName.get(name);
      if (files) files.push(this.#file);
      else this.#byName.set(name, [this.#file]);
    }
    this.#file = new Set();
  }

  add(node: Node): void {
    this.#gather(node);
  }

  /** SQL that nobody has read. */
  addText(sql: string): void {
    if (ESCAPES.test(sql)) this.#isUnsure = true;
    for (const [word] of sql.matchAll(WORD)) {
      this.#addWord(word);
      if (CAPITAL.test(word)) this.#addWord(word.toLowerCase());
    }
  }

  get areOfEarlierFiles(): boolean {
    return this.#byName.size > 0;
  }

  /** Whether an earlier file may use what has got that name. */
  isUsed({ name, of }: NameMade): boolean {
    if (!this.areOfEarlierFiles) return false;
    const [word] = /[\w$\x80-\uffff]+/.exec(name) ?? [];
    if (this.#isUnsure || word === undefined) return true;
    const files = this.#byName.get(cut(word)) ?? NONE;
    if (of === undefined || files.length === 0 || !PLAIN.test(of) || this.#types.has(of)) return files.length > 0;
    return (this.#byName.get(cut(of)) ?? NONE).some((file) => file.has(cut(word)));
  }

  #gather(value: object): void {
    for (const key in value) {
      const field: unknown = value[key as keyof typeof value];
      if (typeof field === 'string') this.#addField(key, field);
      else if (typeof field === 'object' && field !== null) {
        if (key === 'names') this.#addTypes(field);
        this.#gather(field);
      }
    }
  }

  #addField(key: string, text: string): void {
    if (DEFINED.has(key)) return;
    if (PLAIN.test(text)) this.#addWord(text);
    else this.addText(text);
  }

  #addTypes(names: object): void {
    if (Array.isArray(names)) for (const name of stringsOf(names)) this.#types.add(name);
  }

  #addWord(word: string): void {
    this.#file.add(cut(word));
  }
}

const NONE: readonly Set<string>[] = [];

const PLAIN = /^[a-z_][a-z0-9_$]*$/;
const CAPITAL = /[A-Z]/;
const WORD = /[\w$\x80-\uffff]+/g;

/** U&"..." and what stands for letters in E'...' */
const ESCAPES = /u&["']|\\[xu0-7]/i;

/** Fields that name what is defined there, or are read by people alone. */
const DEFINED: ReadonlySet<string> = new Set(['colname', 'comment']);

/** PostgreSQL cuts names at 63 bytes; a character has three at most for each unit of UTF-16. */
const CUT = 21;

function cut(word: string): string {
  return word.length > CUT ? word.slice(0, CUT) : word;
}
