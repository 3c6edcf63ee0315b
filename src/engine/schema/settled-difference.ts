import { type Change, compareSchemas, type Difference } from '../../catalog/compare.ts';
import { type Included, keyOf, type Properties, type Snapshot } from '../../catalog/snapshot.ts';
import { differsInExpressions } from '../../verify/reload.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { reload } from '../verify/settled.ts';
import { type NamedSchema, readSchema } from './read-schema.ts';

/** A difference, and what was found to be none although it is written differently. */
export interface SettledDifference {
  readonly difference: Difference;
  readonly settled: readonly Change[];
}

/**
 * What it takes to make `after` of `before`, without what is only another way to write the same expression out: a view whose
 * text was read in once more, as a migration does that was written from it. `database` has the schema `before`, and keeps it:
 * expressions are compared on copies of it.
 */
export async function settledDifference(
  scratch: Scratch,
  database: ScratchDatabase,
  before: NamedSchema,
  after: NamedSchema,
  included: Included,
): Promise<SettledDifference> {
  const sides = { before: before.name, after: after.name };
  const difference = compareSchemas(before.schema, after.schema, included, sides);
  return settle(scratch, database, difference);
}

/** The same of a difference that is known. All that differs in an expression only must be in `database`. */
export async function settle(
  scratch: Scratch,
  database: ScratchDatabase,
  difference: Difference,
): Promise<SettledDifference> {
  const candidates = difference.changes.filter(differsInExpressions);
  if (candidates.length === 0) return { difference, settled: [] };
  const copies: ScratchDatabase[] = [];
  try {
    copies.push(await scratch.create(database), await scratch.create(database));
    const settled = await settledOf(copies[0]!, copies[1]!, candidates);
    const changes = difference.changes.filter((change) => !settled.includes(change));
    return { difference: { ...difference, changes, equal: changes.length === 0 }, settled };
  } finally {
    for (const copy of scratch.lost ? [] : copies) await copy.drop();
  }
}

/**
 * Of two copies of one database each gets the expressions of one side: only what could be made anew in both, and is the same
 * then, was no difference. What could not says nothing: the copies are the same without it, too.
 */
async function settledOf(
  first: ScratchDatabase,
  second: ScratchDatabase,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const standIns = new Map(changes.map((change, i) => [standIn(change, i), change]));
  const candidates = await reload(second, await reload(first, [...standIns.keys()], 'before'), 'after');
  const [a, b] = [await readSchema(first.engine, FOR_EXPRESSIONS), await readSchema(second.engine, FOR_EXPRESSIONS)];
  const different = new Set(compareSchemas(a.schema, b.schema, FOR_EXPRESSIONS).changes.map(keyOf));
  return candidates.filter((one) => !different.has(keyOf(one))).map((one) => standIns.get(one)!);
}

/** A materialized view cannot be replaced in its place: a view of its query says as much. */
function standIn(change: Change, number: number): Change {
  if (change.type !== 'materialized view') return change;
  return { ...change, type: 'view', identity: [change.identity[0] ?? '', `taskflow settled ${number}`] };
}

const FOR_EXPRESSIONS: Included = { owners: false, privileges: false };

/** The first schema with these expressions as the second one writes them. */
export function asWrittenAfter(schema: Snapshot, settled: readonly Change[]): Snapshot {
  if (settled.length === 0) return schema;
  const changes = new Map(settled.map((change) => [keyOf(change), change]));
  const objects = schema.objects.map((one) => {
    const detail = changes.get(keyOf(one))?.detail ?? {};
    const after = Object.entries(detail).flatMap(([name, value]) =>
      value.after === null ? [] : [[name, value.after]],
    );
    return { ...one, properties: { ...one.properties, ...(Object.fromEntries(after) as Properties) } };
  });
  return { ...schema, objects };
}
