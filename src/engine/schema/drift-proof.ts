import { changesText } from '../../catalog/change-text.ts';
import type { Change } from '../../catalog/compare.ts';
import { withoutObjects } from '../../catalog/leave-out.ts';
import type { Included } from '../../catalog/snapshot.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { loadScript, type Script } from '../scratch/load-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import type { DriftFound } from './drift.ts';
import { type NamedSchema, readSchema } from './read-schema.ts';
import { settledDifference } from './settled-difference.ts';
import { FOR_SCRIPTS } from './write-script.ts';

/**
 * Applies the file behind the applied migrations, and goes its way back: it must make what the database is, and then again what
 * the migrations make. Problem `drift-refused` where it does not. The scratch database is not what it was afterwards.
 */
export async function proveFile(found: DriftFound, file: MigrationFile, included: Included): Promise<void> {
  const { scratch, database, applied } = found;
  await running(file, () => replay(scratch, database, [...applied.files, file]));
  refuseOther(file, 'makes', await changesTo(found, database, found.actual, included));
  const { rollback } = file.load();
  const script = { file: `${file.file} (ROLLBACK)`, text: rollback.kind === 'sql' ? rollback.sql : '' };
  const back = await running(file, () => wayBack(scratch, database, script));
  try {
    refuseOther(file, 'rolled back, leaves', await changesTo(found, back, found.replayed, FOR_SCRIPTS));
  } finally {
    if (!scratch.lost) await back.drop();
  }
}

/** On a copy; where a role is missing that the scratch server may be given, on another one with it. */
async function wayBack(scratch: Scratch, database: ScratchDatabase, script: Script): Promise<ScratchDatabase> {
  for (;;) {
    const copy = await scratch.create(database);
    try {
      await loadScript(scratch, copy, script);
      return copy;
    } catch (error) {
      if (!scratch.lost) await copy.drop();
      if (!(error instanceof Problem) || !(await scratch.roles.mend(error))) throw error;
    }
  }
}

async function running<T>(file: MigrationFile, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
    throw refused(`the SQL that was written for the drift fails on a scratch database`, {
      ...error.fields,
      found: `${file.file}, which is not written: ${error.message}`,
    });
  }
}

async function changesTo(
  { scratch, missing }: DriftFound,
  database: ScratchDatabase,
  wanted: NamedSchema,
  included: Included,
): Promise<readonly Change[]> {
  const { schema } = await readSchema(database.engine, FOR_SCRIPTS);
  const leftOut = missing.flatMap(({ objects }) => objects);
  const made = { name: 'the new migration', schema: withoutObjects(schema, leftOut) };
  return (await settledDifference(scratch, database, made, wanted, included)).difference.changes;
}

const NAMED_MAX = 10;

function refuseOther(file: MigrationFile, what: string, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  throw refused(`the SQL that was written for the drift, ${what} something else on a scratch database`, {
    where: { file: file.file },
    found: `still ${changesText(changes, NAMED_MAX)}`,
  });
}

function refused(message: string, fields: ConstructorParameters<typeof Problem>[2]): Problem {
  return new Problem('drift-refused', message, {
    ...fields,
    state: 'Nothing was written; the scratch database is dropped.',
    next: [
      'Take the SQL as a beginning, and write the migration by hand: taskflow-db diff DATABASE --sql',
      'Or let the drift stay, on record: taskflow-db diff --accept --reason "why"',
    ],
  });
}
