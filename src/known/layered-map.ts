/**
 * A map that is never changed: `with` and `without` give another one that shares nearly all of its memory. Changes gather in
 * a small layer on top, which alone is copied; when it has grown it is put into a new base. So thousands of versions of a map
 * of thousands of entries cost little, and each can be kept.
 */
export class LayeredMap<Value> {
  readonly #base: ReadonlyMap<string, Value>;
  /** Undefined: it is gone. */
  readonly #top: ReadonlyMap<string, Value | undefined>;

  constructor(base: ReadonlyMap<string, Value> = new Map(), top: ReadonlyMap<string, Value | undefined> = new Map()) {
    this.#base = base;
    this.#top = top;
  }

  get(key: string): Value | undefined {
    return this.#top.has(key) ? this.#top.get(key) : this.#base.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  with(key: string, value: Value): LayeredMap<Value> {
    return this.#changed(key, value);
  }

  without(key: string): LayeredMap<Value> {
    return this.has(key) ? this.#changed(key, undefined) : this;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  *entries(): Generator<[string, Value]> {
    for (const [key, value] of this.#base) if (!this.#top.has(key)) yield [key, value];
    for (const [key, value] of this.#top) if (value !== undefined) yield [key, value];
  }

  #changed(key: string, value: Value | undefined): LayeredMap<Value> {
    if (this.#top.size < LAYER_MIN || this.#top.size ** 2 < this.#base.size)
      return new LayeredMap(this.#base, new Map(this.#top).set(key, value));
    const base = new Map(this.entries());
    if (value === undefined) base.delete(key);
    else base.set(key, value);
    return new LayeredMap(base);
  }
}

const LAYER_MIN = 32;
