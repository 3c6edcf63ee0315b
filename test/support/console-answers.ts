/** Whether the console gives what its API describes. */
import assert from 'node:assert/strict';
import * as v from 'valibot';
import { ROUTES } from '../../src/web/routes.ts';

/** What a schema leaves of a value that it takes: all of it, or something is not documented. */
export function documented(name: string, value: unknown): void {
  const route = ROUTES.find((one) => one.name === name);
  const found = v.safeParse(route!.output, value);
  assert.deepEqual(found.issues, undefined, name);
  assert.deepEqual(found.output, value, `${name} gives something that the API does not describe`);
}
