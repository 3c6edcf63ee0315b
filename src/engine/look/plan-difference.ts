import { compareSchemas } from '../../catalog/compare.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { planFor } from '../plan-up.ts';
import { type AppliedFiles, appliedFiles, type NotReplayed } from '../schema/applied-files.ts';
import { readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type ChangeView, changeViews } from './change-view.ts';

/** What a run would make of the schema, tried on a scratch database. */
export interface PlanDifference {
  readonly database: string;
  /** What was tried, in its order. */
  readonly versions: readonly string[];
  readonly changes: readonly ChangeView[];
  /** Applied versions of which it is not known what was run: what they made was not there. */
  readonly notReplayed: readonly NotReplayed[];
  /** Versions that the scratch server lacks an extension for. */
  readonly skipped: readonly { readonly version: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

/**
 * Replays on a scratch database what is applied, and behind it what `migrate` would apply now; says what that changes. Of the
 * database only its history is read. Throws the Problem of a migration that fails there.
 */
export async function planDifference(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  request: Pick<MigrateOptions, 'to' | 'only'>,
): Promise<PlanDifference> {
  const { database, applied, pending } = await ask(engine, request);
  if (pending.length === 0) return { database, versions: [], changes: [], notReplayed: [], skipped: [], notes: [] };
  const scratch = await openScratch();
  const place = await scratch.create();
  try {
    const found = await tried(scratch, place, applied, pending);
    const versions = pending.map(({ version }) => version);
    return { database, versions, notReplayed: applied.notReplayed, ...found, notes: await scratch.notes() };
  } finally {
    if (!scratch.lost) await place.drop();
  }
}

interface Asked {
  readonly database: string;
  readonly applied: AppliedFiles;
  readonly pending: readonly MigrationFile[];
}

function ask(engine: Engine, request: Pick<MigrateOptions, 'to' | 'only'>): Promise<Asked> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    const options = { ...request, allowLate: false, singleTransaction: false };
    const { migrations } = await planFor(engine, control, files, control.ledger, options);
    return {
      database: control.server.database,
      applied: await appliedFiles(control, files),
      pending: migrations.flatMap(({ status }) => status.file ?? []),
    };
  });
}

async function tried(
  scratch: Scratch,
  place: ScratchDatabase,
  applied: AppliedFiles,
  pending: readonly MigrationFile[],
): Promise<Pick<PlanDifference, 'changes' | 'skipped'>> {
  await replay(scratch, place, applied.files);
  const before = await readSchema(place.engine, FOR_SCRIPTS);
  const skipped = await replay(scratch, place, [...applied.files, ...pending]);
  const after = await readSchema(place.engine, FOR_SCRIPTS);
  const { changes } = compareSchemas(before.schema, after.schema, { owners: true, privileges: true });
  const isPending = ({ version }: { readonly version: string }) => pending.some((one) => one.version === version);
  return {
    changes: changeViews(changes, before.schema, after.schema),
    skipped: skipped.filter(isPending).map(({ version, reason }) => ({ version, reason })),
  };
}
