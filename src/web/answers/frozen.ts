import type * as v from 'valibot';

/** A value as it is given out: nothing of it is changed any more. */
export type Frozen<Value> = Value extends readonly [unknown, ...unknown[]]
  ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
  : Value extends readonly (infer Part)[]
    ? readonly Frozen<Part>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
      : Value;

/** What a route gives that has this schema. */
export type Answer<Schema extends v.GenericSchema> = Frozen<v.InferOutput<Schema>>;
