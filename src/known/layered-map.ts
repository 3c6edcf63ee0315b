/**
 * A map that is never changed: `with` and `without` give another one that shares nearly all of its memory. Changes gather in
 * a small layer on top, which alone is copied; when it has grown it is put into a new base. So thousands of versions of a map
 * of thousands of entries cost little, and each can be kept.
 */
export class LayeredMap<Value> {
  protected readonly base: ReadonlyMap<string, Value>;
  /** Undefined: it is gone. */
  protected top: ReadonlyMap<string, Value | undefined>;

  constructor(base: ReadonlyMap<string, Value> = new Map(), top: ReadonlyMap<string, Value | undefined> = new Map()) {
    this.base = base;
    this.top = top;
  }

  get(key: string): Value | undefined {
    const value = this.top.get(key);
    return value === undefined && !this.top.has(key) ? this.base.get(key) : value;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  with(key: string, value: Value): LayeredMap<Value> {
    return layered(this.base, new Map(this.top).set(key, value));
  }

  without(key: string): LayeredMap<Value> {
    return this.has(key) ? layered(this.base, new Map(this.top).set(key, undefined)) : this;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  *entries(): Generator<[string, Value]> {
    for (const entry of this.base) if (!this.top.has(entry[0])) yield entry;
    for (const [key, value] of this.top) if (value !== undefined) yield [key, value];
  }

  /** For many changes at once: a map that changes in place, until `closed`. This one stays as it is. */
  opened(): OpenMap<Value> {
    return new OpenMap(this.base, this.top);
  }
}

/** A layered map in the making. `with` and `without` change it and give it back. */
export class OpenMap<Value> extends LayeredMap<Value> {
  #own: Map<string, Value | undefined> | undefined;

  override with(key: string, value: Value): this {
    this.#layer().set(key, value);
    return this;
  }

  override without(key: string): this {
    if (this.has(key)) this.#layer().set(key, undefined);
    return this;
  }

  /** As it is now; `before`, which it was opened of, where nothing was changed. */
  closed(before: LayeredMap<Value>): LayeredMap<Value> {
    return this.#own ? layered(this.base, this.#own) : before;
  }

  #layer(): Map<string, Value | undefined> {
    this.#own ??= new Map(this.top);
    this.top = this.#own;
    return this.#own;
  }
}

const LAYER_MIN = 32;

function layered<Value>(
  base: ReadonlyMap<string, Value>,
  top: ReadonlyMap<string, Value | undefined>,
): LayeredMap<Value> {
  if (top.size <= LAYER_MIN || top.size ** 2 <= base.size) return new LayeredMap(base, top);
  const merged = new Map(base);
  for (const [key, value] of top) {
    if (value === undefined) merged.delete(key);
    else merged.set(key, value);
  }
  return new LayeredMap(merged);
}
