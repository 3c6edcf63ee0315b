import { type Change, compareSchemas } from '../../catalog/compare.ts';
import { keyOf, type Snapshot } from '../../catalog/snapshot.ts';
import { differsInExpressions, reloadStatements } from '../../verify/reload.ts';
import { readSchema } from '../schema/read-schema.ts';
import type { ScratchDatabase } from '../scratch/scratch.ts';

/** It takes one reload to settle; a text that goes on changing is a difference. */
const RELOADS_MAX = 2;

/**
 * The changes without those that are gone once both databases have read the differing expressions in again, each in its own
 * text: what is left is no matter of how PostgreSQL writes an expression out. The databases are not what they were afterwards.
 */
export async function withoutUnsettled(
  before: ScratchDatabase,
  after: ScratchDatabase,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  let unsettled = changes.filter(differsInExpressions);
  const others = changes.filter((change) => !differsInExpressions(change));
  for (let reloads = 0; reloads < RELOADS_MAX && unsettled.length > 0; reloads++) {
    await reload(before, unsettled, 'before');
    await reload(after, unsettled, 'after');
    const now = compareSchemas(await schemaOf(before), await schemaOf(after)).changes;
    const known = new Set(unsettled.map(keyOf));
    unsettled = now.filter((change) => known.has(keyOf(change)));
  }
  const left = new Set([...unsettled, ...others].map(keyOf));
  return changes.filter((change) => left.has(keyOf(change)));
}

async function schemaOf({ engine }: ScratchDatabase): Promise<Snapshot> {
  return (await readSchema(engine, { owners: true, privileges: true })).schema;
}

/**
 * Makes the expressions anew from the text that one side has; returns the changes for which that was done. One that cannot be
 * read in again stays as it is.
 */
export async function reload(
  { engine }: ScratchDatabase,
  changes: readonly Change[],
  side: 'before' | 'after',
): Promise<readonly Change[]> {
  const session = await engine.connect('migration');
  const done: Change[] = [];
  try {
    for (const change of changes) {
      const items = reloadStatements(change, side).map((sql) => ({ sql }));
      if (items.length > 0 && !(await session.runBatch([items])).failure) done.push(change);
    }
    return done;
  } finally {
    await session.end();
  }
}
