import { type LeftOut, withoutObjects } from '../../catalog/leave-out.ts';
import type { Included, Reading } from '../../catalog/snapshot.ts';
import { type Script, writeScript } from '../../script/script.ts';
import type { NamedSchema } from './read-schema.ts';

/** What a schema is read with where a script is to be written: what is made anew gets its owner and grants back. */
export const FOR_SCRIPTS: Reading = { owners: true, privileges: true, needs: true };

/** A change and its way back, each a whole file of SQL (see writeScript). */
export interface WayThereAndBack {
  readonly there: Script;
  readonly back: Script;
}

/**
 * The SQL that makes the second schema of a database with the first. Both should have been read with FOR_SCRIPTS; `included`
 * says what of it is to be changed, `leftOut` what is in neither. Problem `snapshot-mismatch` where the two cannot be compared.
 */
export function scriptBetween(
  before: NamedSchema,
  after: NamedSchema,
  included: Included,
  leftOut: readonly LeftOut[] = [],
): Script {
  const sides = { before: before.name, after: after.name };
  const [a, b] = [before, after].map(({ schema }) => withoutObjects(schema, leftOut));
  return writeScript(a!, b!, included, sides);
}

/** The SQL of a migration from the first schema to the second, and of its rollback. */
export function thereAndBack(before: NamedSchema, after: NamedSchema, included: Included): WayThereAndBack {
  return { there: scriptBetween(before, after, included), back: scriptBetween(after, before, included) };
}
