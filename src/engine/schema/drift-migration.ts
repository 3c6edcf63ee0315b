import type { Change } from '../../catalog/compare.ts';
import type { Included } from '../../catalog/snapshot.ts';
import { appliedItems } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import type { NotWritten } from '../../script/script.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { recordedMigration } from '../recorded.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { changeDigest } from './acceptances.ts';
import { type Drift, type DriftFound, withDrift } from './drift.ts';
import { type Approve, decide, driftMoved, refuseGaps } from './drift-decision.ts';
import { doesTheSame, type FilePlace, fileFor, type NewFile, placeFor, refuseNoName, writeNew } from './drift-file.ts';
import { proveFile } from './drift-proof.ts';
import { scriptsFor } from './drift-scripts.ts';
import { FOR_SCRIPTS } from './write-script.ts';

export interface DriftMigrationOptions extends NewFile {
  readonly included: Included;
  readonly reason?: string | undefined;
  readonly approve: Approve;
  /** What differs without being accepted, by changeDigest, as somebody has seen it; absent: whatever it is. */
  readonly seen?: readonly string[] | undefined;
}

export interface DriftMigration {
  readonly drift: Drift;
  /** What it holds, with what was accepted on record before; empty where nothing differs. */
  readonly changes: readonly Change[];
  /** Null where nothing differs: then there is no file. */
  readonly version: string | null;
  readonly file: string | null;
}

/**
 * Makes the drift of the database a migration: a file with the SQL from what the applied migrations make to what is there, and
 * the way back. It is proven on a scratch database, written, and recorded as applied to this one, where its changes are
 * already. Problem `drift-refused` where not all of the drift can be written, it is not what was
 * seen, or other migrations are to be applied first.
 */
export async function driftToMigration(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  options: DriftMigrationOptions,
): Promise<DriftMigration> {
  const { included } = options;
  refuseNoName(options.name);
  return withDrift(engine, openScratch, { included, reading: FOR_SCRIPTS }, async (found) => {
    const { drift, difference, ledger } = found;
    refuseGaps(drift);
    if (options.seen) refuseOther(found, new Set(options.seen));
    if (difference.equal) return { drift, changes: [], version: null, file: null };
    const place = placeFor(engine, ledger, options.name);
    for (const version of place.missing) engine.emit({ kind: 'warning', message: missingText(version) });
    const { text, file } = await written(found, place, options);
    if (place.pending && !doesTheSame(place.pending, file)) throw otherPending(place);
    await proveFile(found, place.pending ?? file, included);
    const { version } = file;
    const decision = { what: `Record ${version} as applied`, approve: options.approve, seen: ledger };
    await decide(engine, decision, async (control, held) => {
      if (placeFor(engine, held, options.name).named.version !== version) throw otherPending(place);
      if (!place.pending) writeNew(place, text, engine.cwd);
      await record(engine, control, found, place.pending ?? file, options.reason);
    });
    return { drift, changes: difference.changes, version, file: place.shown };
  });
}

function refuseOther({ drift, definitionsOf }: DriftFound, seen: ReadonlySet<string>): void {
  const { changes } = drift.difference;
  if (changes.length !== seen.size || !changes.every((change) => seen.has(changeDigest(change, definitionsOf))))
    throw driftMoved();
}

function missingText(version: string): string {
  return `${version} is applied, but its file is gone: a database that is made of these files lacks it, and the new migration may need it`;
}

async function written(found: DriftFound, place: FilePlace, options: DriftMigrationOptions) {
  const { there, back } = await scriptsFor(found, options.included);
  const lost = [...there.notWritten, ...back.notWritten];
  if (lost.length > 0) throw notWritable(lost);
  return fileFor(place, options, there.sql, back.sql);
}

function notWritable(lost: readonly NotWritten[]): Problem {
  const named = new Set(lost.map(({ type, name, why }) => `${type} ${name}: ${why}`));
  return new Problem('drift-refused', 'not all of the drift can be written as SQL', {
    found: [...named].join('; '),
    state: 'Nothing was written.',
    next: [
      'Undo that part of it by hand, and run the command again; or write the migration by hand.',
      'Or let the drift stay, on record: taskflow-db diff --accept --reason "why"',
    ],
  });
}

function otherPending({ shown }: FilePlace): Problem {
  return new Problem('drift-refused', `${shown} is to be applied, and is not what would be written for the drift`, {
    where: { file: shown },
    state: 'Nothing was written.',
    next: [
      'Apply it first: taskflow-db migrate',
      'If an earlier call has written it, and the database was changed since: delete the file, and run the command again.',
    ],
  });
}

/** By name; the file has all of them. */
const ON_RECORD_MAX = 100;

/** In one transaction: the version counts as applied, and the trail tells that nothing was run for it. */
async function record(
  engine: Engine,
  control: Control,
  { difference }: DriftFound,
  file: ReturnType<typeof fileFor>['file'],
  reason: string | undefined,
): Promise<void> {
  const recorded = recordedMigration(file.load(), engine.settings.storeSql);
  const changes = difference.changes.slice(0, ON_RECORD_MAX).map(({ kind, type, name }) => ({ kind, type, name }));
  const differences = difference.changes.length;
  const detail = { ...(reason === undefined ? {} : { reason }), file: recorded.fileName, differences, changes };
  const event = { event: 'drift_accepted' as const, version: file.version, detail };
  try {
    await control.write(appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: 0 }));
  } catch (error) {
    const message = `${file.file} is written, but perhaps not recorded as applied here: run the same command again`;
    engine.emit({ kind: 'warning', message });
    throw error;
  }
}
