import type { Subject } from '../rule.ts';

/** Finds the statements of a body that can speak of a name, in time that does not grow with the others. */
export class Mentions {
  readonly #places = new Map<string, number[]>();
  /** What may name it in other letters. */
  readonly #unclear: number[] = [];

  constructor(body: readonly Subject[]) {
    for (const [place, { statement }] of body.entries()) this.#add(statement.sql, place);
  }

  /** Places in the body, in order: of all that have the name in their text, and of some that have not. */
  of(name: string): readonly number[] {
    const [word] = wordsIn(name);
    if (word === undefined || isCut(word)) return [...new Set([...this.#places.values()].flat())].sort((a, b) => a - b);
    const found = this.#places.get(word) ?? [];
    return this.#unclear.length === 0 ? found : [...new Set([...found, ...this.#unclear])].sort((a, b) => a - b);
  }

  #add(sql: string, place: number): void {
    const words = new Set(wordsIn(sql));
    if (/\bu&"/i.test(sql) || [...words].some(isCut)) this.#unclear.push(place);
    for (const word of words) {
      const places = this.#places.get(word);
      if (places) places.push(place);
      else this.#places.set(word, [place]);
    }
  }
}

/** Of one file, for all rules. */
const kept = new WeakMap<readonly Subject[], Mentions>();

export function mentionsIn(body: readonly Subject[]): Mentions {
  let mentions = kept.get(body);
  if (!mentions) kept.set(body, (mentions = new Mentions(body)));
  return mentions;
}

/** The statements of a body that can speak of a name or have a key word. */
export function mentioning(body: readonly Subject[], word: string): Subject[] {
  return mentionsIn(body)
    .of(word)
    .map((place) => body[place]!);
}

/** A name in double quotes may be several. */
function wordsIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[\w$\x80-\uffff]+/g) ?? [];
}

/** A name of more than 63 bytes, of which PostgreSQL takes no more. */
function isCut(word: string): boolean {
  return word.length > 63 || (word.length > 21 && /[\x80-\uffff]/.test(word));
}
