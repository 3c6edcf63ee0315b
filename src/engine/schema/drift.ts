import { compareSchemas, type Difference } from '../../catalog/compare.ts';
import { withoutObjects } from '../../catalog/leave-out.ts';
import type { Included } from '../../catalog/snapshot.ts';
import { readFolders } from '../../files/folders.ts';
import { Problem } from '../../problem/problem.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { type AppliedFiles, appliedFiles, type NotReplayed } from './applied-files.ts';
import { type ExtensionObjects, objectsOfMissing } from './extension-objects.ts';
import { readSchema } from './read-schema.ts';

/** How a database differs from what its own applied migrations make of an empty one. */
export interface Drift {
  readonly database: string;
  /** From what the migrations make, to what is there. */
  readonly difference: Difference;
  /** Versions that are applied in some way, and of which it is not known what was run. */
  readonly notReplayed: readonly NotReplayed[];
  /** Of extensions that the scratch server does not offer: left out on both sides. */
  readonly leftOut: readonly ExtensionObjects[];
  readonly notes: readonly string[];
}

/**
 * Replays on a scratch database what was applied, from the SQL as it was stored then, and compares. Changes nothing. Problem
 * `not-tracked` where the database has no history, `snapshot-mismatch` where the scratch server has another major version.
 */
export async function findDrift(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  included: Included,
): Promise<Drift> {
  const found = await withControl(engine, async (control) => {
    if (control.ledger.layout === undefined) throw notTracked(control.server.database);
    const scratch = await openScratch();
    refuseOtherMajor(scratch, control.server);
    const present = readFolders(engine.settings.directories, engine.cwd).files;
    const applied = await appliedFiles(control, present);
    return { scratch, applied, missing: await objectsOfMissing(control.session, await scratch.extensions()) };
  });
  const { scratch, applied, missing } = found;
  const replayed = await schemaOfApplied(scratch, applied, included);
  const actual = await readSchema(engine, included);
  const leftOut = missing.flatMap(({ objects }) => objects);
  const difference = compareSchemas(
    withoutObjects(replayed.schema, leftOut),
    withoutObjects(actual.schema, leftOut),
    included,
    { before: 'the applied migrations', after: actual.name },
  );
  const notes = await scratch.roles.notes();
  return { database: actual.name, difference, notReplayed: applied.notReplayed, leftOut: missing, notes };
}

async function schemaOfApplied(scratch: Scratch, { files, notReplayed }: AppliedFiles, included: Included) {
  const database = await scratch.create();
  try {
    await replay(scratch, database, files);
    return await readSchema(database.engine, included);
  } catch (error) {
    if (!(error instanceof Problem) || notReplayed.length === 0) throw error;
    const unknown = notReplayed.map(({ version, reason }) => `${version} (${reason})`).join(', ');
    throw error.with({ found: `not checked, so that others may lack something: ${unknown}` });
  } finally {
    if (!scratch.lost) await database.drop();
  }
}

/** Before anything is replayed: each major version writes expressions in its own way. */
export function refuseOtherMajor(
  { server, place }: Pick<Scratch, 'server' | 'place'>,
  target: { readonly version: string; readonly versionNum: number; readonly database: string },
): void {
  const major = (versionNum: number) => Math.trunc(versionNum / 10_000);
  const wanted = major(target.versionNum);
  if (major(server.versionNum) === wanted) return;
  throw new Problem('snapshot-mismatch', 'the scratch server has another major version of PostgreSQL', {
    found: `${target.database}: PostgreSQL ${target.version}; scratch server (${place.description}): PostgreSQL ${server.version}`,
    expected: 'the same major version: each writes expressions in its own way',
    state: 'Nothing was compared.',
    next: [`Name a server of PostgreSQL ${wanted} where databases may be made: --scratch URL`],
  });
}

function notTracked(database: string): Problem {
  return new Problem('not-tracked', `the database ${database} has no migration history to compare it with`, {
    state: 'Nothing was compared.',
    next: [
      'Compare it with a folder of migrations: taskflow-db diff database/migrations/ DATABASE',
      'Or adopt it: taskflow-db init',
    ],
  });
}
