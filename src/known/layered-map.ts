/** In a layer: what lies below it is gone. */
const GONE = Symbol('gone');

type Layer<Value> = ReadonlyMap<string, Value | typeof GONE>;

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * A map that is never changed: `with` and `without` give another one that shares nearly all of its memory. Changes gather in
 * a small layer on top, which alone is copied; when it has grown it is put into a middle one, and that into a new base. So
 * thousands of versions of a map of thousands of entries cost little, and each can be kept.
 */
export class LayeredMap<Value> {
  protected readonly base: ReadonlyMap<string, Value>;
  protected readonly middle: Layer<Value>;
  protected top: Layer<Value>;

  constructor(base: ReadonlyMap<string, Value> = NOTHING, middle: Layer<Value> = NOTHING, top: Layer<Value> = NOTHING) {
    this.base = base;
    this.middle = middle;
    this.top = top;
  }

  get(key: string): Value | undefined {
    const value = this.top.get(key) ?? this.middle.get(key) ?? this.base.get(key);
    return value === GONE ? undefined : value;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  with(key: string, value: Value): LayeredMap<Value> {
    return layered(this.base, this.middle, new Map(this.top).set(key, value));
  }

  without(key: string): LayeredMap<Value> {
    return this.has(key) ? layered(this.base, this.middle, new Map(this.top).set(key, GONE)) : this;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  *entries(): Generator<[string, Value]> {
    const { base, middle, top } = this;
    for (const entry of base) if (!middle.has(entry[0]) && !top.has(entry[0])) yield entry;
    for (const [key, value] of middle) if (value !== GONE && !top.has(key)) yield [key, value];
    for (const [key, value] of top) if (value !== GONE) yield [key, value];
  }

  /** For many changes at once: a map that changes in place, until `closed`. This one stays as it is. */
  opened(): OpenMap<Value> {
    return new OpenMap(this.base, this.middle, this.top);
  }
}

/** A layered map in the making. `with` and `without` change it and give it back. */
export class OpenMap<Value> extends LayeredMap<Value> {
  #own: Map<string, Value | typeof GONE> | undefined;

  override with(key: string, value: Value): this {
    this.#layer().set(key, value);
    return this;
  }

  override without(key: string): this {
    if (this.has(key)) this.#layer().set(key, GONE);
    return this;
  }

  /** As it is now; `before`, which it was opened of, where nothing was changed. */
  closed(before: LayeredMap<Value>): LayeredMap<Value> {
    return this.#own ? layered(this.base, this.middle, this.#own) : before;
  }

  #layer(): Map<string, Value | typeof GONE> {
    this.#own ??= new Map(this.top);
    this.top = this.#own;
    return this.#own;
  }
}

const TOP_MAX = 16;
const MIDDLE_MIN = 256;

function layered<Value>(base: ReadonlyMap<string, Value>, middle: Layer<Value>, top: Layer<Value>): LayeredMap<Value> {
  if (top.size <= TOP_MAX) return new LayeredMap(base, middle, top);
  const both = new Map(middle);
  for (const [key, value] of top) both.set(key, value);
  if (both.size <= MIDDLE_MIN || both.size ** 2 <= base.size) return new LayeredMap(base, both);
  const merged = new Map(base);
  for (const [key, value] of both) {
    if (value === GONE) merged.delete(key);
    else merged.set(key, value);
  }
  return new LayeredMap(merged);
}
