import { stringsOf } from '../syntax/names.ts';
import type { Node } from '../syntax/tree.ts';
import type { NameMade } from './names-made.ts';

/** The names that files use, before anybody knows what they mean: words of their statements and of the texts in those. */
export class NamesUsed {
  /** In which files each stands, by their places. */
  readonly #files = new Map<string, number[]>();
  /** Tables named as the type of something: their columns are used where nobody names them. */
  readonly #types = new Set<string>();
  #file = 0;
  /** A name may be written in other letters than it has. */
  #isUnsure = false;

  /** Another file begins; what was named so far is of earlier ones now. */
  beginFile(): void {
    this.#file += 1;
  }

  add(node: Node): void {
    this.#gather(node);
  }

  /** SQL that nobody has read. */
  addText(sql: string): void {
    if (ESCAPES.test(sql)) this.#isUnsure = true;
    for (const word of sql.match(WORDS) ?? []) this.#addFolded(word);
  }

  get hasEarlierFiles(): boolean {
    return this.#file > 1;
  }

  /** Whether an earlier file may use what has got that name. */
  isUsed({ name, of }: NameMade): boolean {
    if (!this.hasEarlierFiles) return false;
    const [word] = name.match(WORDS) ?? [];
    if (this.#isUnsure || word === undefined) return true;
    const files = this.#filesWith(word);
    if (of === undefined || !PLAIN.test(of) || this.#types.has(of)) return files.some((file) => file < this.#file);
    return this.#filesWith(of).some((file) => file < this.#file && files.includes(file));
  }

  #filesWith(word: string): readonly number[] {
    return this.#files.get(cut(word)) ?? NONE;
  }

  #gather(fields: object): void {
    for (const key in fields) {
      const field: unknown = fields[key as keyof typeof fields];
      if (typeof field === 'string') this.#addField(key, field);
      else if (Array.isArray(field)) this.#gatherList(key, field);
      else if (typeof field === 'object' && field !== null) this.#gather(field);
    }
  }

  #gatherList(key: string, nodes: readonly Node[]): void {
    if (key === 'names') for (const name of stringsOf(nodes)) this.#types.add(name);
    for (const node of nodes) this.#gather(node);
  }

  #addField(key: string, text: string): void {
    if (PASSED_OVER.has(key)) return;
    if (PLAIN.test(text)) this.#addWord(text);
    else this.addText(text);
  }

  /** As written in quotes, and as written without them. */
  #addFolded(word: string): void {
    this.#addWord(word);
    if (CAPITAL.test(word)) this.#addWord(word.toLowerCase());
  }

  #addWord(word: string): void {
    const name = cut(word);
    const files = this.#files.get(name);
    if (!files) this.#files.set(name, [this.#file]);
    else if (files.at(-1) !== this.#file) files.push(this.#file);
  }
}

const NONE: readonly number[] = [];

const PLAIN = /^[a-z_][a-z0-9_$]*$/;
const CAPITAL = /[A-Z]/;
const WORDS = /[\w$\x80-\uffff]+/g;

/** U&"..." and what stands for letters in E'...' */
const ESCAPES = /u&["']|\\[xu0-7]/i;

/** Fields that name what is defined there, that people alone read, or that hold a constant of the grammar. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ...['colname', 'comment'],
  ...['kind', 'contype', 'objtype', 'subtype', 'behavior', 'op', 'relpersistence', 'funcformat', 'limitOption'],
  ...['fk_matchtype', 'fk_upd_action', 'fk_del_action', 'generated_when', 'ordering', 'nulls_ordering'],
]);

/** PostgreSQL cuts names at 63 bytes; a character has three at most for each unit of UTF-16. */
const CUT = 21;

function cut(word: string): string {
  return word.length > CUT ? word.slice(0, CUT) : word;
}
