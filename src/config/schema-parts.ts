import * as v from 'valibot';
import { DURATION_EXPECTED, DURATION_PATTERN, parseDuration } from '../problem/duration.ts';
import { BYTES_EXPECTED, BYTES_PATTERN } from '../problem/quantity.ts';

/** What the definition of the configuration consists of: each says in its message what was expected. */
export const text = (summary: string) =>
  v.pipe(v.string('a text'), v.minLength(1, 'a text that is not empty'), v.description(summary));

export const flag = (summary: string) => v.pipe(v.boolean('true or false'), v.description(summary));

export const duration = (summary: string) =>
  v.pipe(
    v.union(
      [
        v.pipe(v.string(), v.regex(DURATION_PATTERN, DURATION_EXPECTED)),
        v.pipe(v.number(), v.minValue(0, DURATION_EXPECTED)),
      ],
      DURATION_EXPECTED,
    ),
    v.check((value) => parseDuration(value) !== undefined, DURATION_EXPECTED),
    v.description(summary),
  );

/**
 * An object that takes no other keys. Unlike valibot's strictObject, which stops at the first, it reports each unknown key
 * (as an issue of type `never`); hence the cast to the type that has no index signature.
 */
export function closed<Entries extends v.ObjectEntries>(entries: Entries, expected: string) {
  const schema = v.objectWithRest(entries, v.never('a key of the configuration'), expected);
  return schema as unknown as v.StrictObjectSchema<Entries, string>;
}

export const size = (summary: string) =>
  v.pipe(
    v.union([v.pipe(v.string(), v.regex(BYTES_PATTERN, BYTES_EXPECTED)), whole(0, BYTES_EXPECTED)], BYTES_EXPECTED),
    v.description(summary),
  );

export function whole(least: number, expected: string) {
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected));
}
