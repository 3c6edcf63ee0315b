import { changesText } from '../../catalog/change-text.ts';
import type { Change } from '../../catalog/compare.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { type Drift, findDrift } from './drift.ts';

/** So many changes are named in the refusal; all of them by `diff`. */
const NAMED_MAX = 10;

/**
 * Refuses with Problem `difference` where the database is not what its applied migrations make, or where that cannot be told;
 * undefined where nothing was applied yet.
 */
export async function checkDrift(engine: Engine, openScratch: () => Promise<Scratch>): Promise<Drift | undefined> {
  const drift = await findDrift(engine, openScratch, { owners: false, privileges: false }).catch(ofUntracked);
  if (!drift) return undefined;
  const { difference, database } = drift;
  const gaps = driftGaps(drift);
  if (!difference.equal) throw drifted(database, difference.changes);
  if (gaps.length > 0) throw untold(database, gaps);
  return drift;
}

/** What could not be compared, in words. */
export function driftGaps({ notReplayed, difference }: Drift): string[] {
  return [
    ...notReplayed.map(({ version, reason }) => `${version}: ${reason}`),
    ...difference.notChecked.map(
      ({ type, property, reason }) => `${property ? `${property} of ` : ''}${type}: ${reason}`,
    ),
  ];
}

/** A database without history has nothing to drift from; migrate says of itself what it makes of it. */
function ofUntracked(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'not-tracked') return undefined;
  throw error;
}

function drifted(database: string, changes: readonly Change[]): Problem {
  return new Problem('difference', `${database} is not what its applied migrations make`, {
    found: changesText(changes, NAMED_MAX),
    expected: 'the schema that the applied migrations make of an empty database',
    state: 'Nothing was run.',
    next: [
      'See all of it: taskflow-db diff',
      'Undo the changes made by hand, or make them a migration: taskflow-db diff --to-migration NAME',
      'Or let them stay, on record: taskflow-db diff --accept --reason "why"',
    ],
  });
}

function untold(database: string, gaps: readonly string[]): Problem {
  return new Problem('difference', `it cannot be told whether ${database} is what its applied migrations make`, {
    found: `not checked: ${gaps.join('; ')}`,
    state: 'Nothing was run.',
    next: ['See what could be compared: taskflow-db diff', 'Or run migrate without --check-drift.'],
  });
}
