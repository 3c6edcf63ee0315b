import type { AcceptedChange } from '../../catalog/accepted.ts';
import type { Difference } from '../../catalog/compare.ts';
import { type DefinitionsOf, definitionsIn } from '../../catalog/definitions.ts';
import { type WeighedDifference, weighed } from '../../catalog/equal-in-effect.ts';
import { withoutObjects } from '../../catalog/leave-out.ts';
import type { Included, Reading } from '../../catalog/snapshot.ts';
import { readFolders } from '../../files/folders.ts';
import type { Ledger } from '../../ledger/read.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type Acceptances, readAcceptances, withoutAccepted } from './acceptances.ts';
import { type AppliedFiles, appliedFiles, type NotReplayed } from './applied-files.ts';
import { type ExtensionObjects, objectsOfMissing } from './extension-objects.ts';
import { type NamedSchema, readSchema } from './read-schema.ts';
import { asWrittenAfter, settledDifference } from './settled-difference.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** How a database differs from what its own applied migrations make of an empty one. */
export interface Drift {
  readonly database: string;
  /** From what the migrations make, to what is there; without what is accepted on record, or equal in effect. */
  readonly difference: WeighedDifference;
  readonly accepted: readonly AcceptedChange[];
  /** Versions that are applied in some way, and of which it is not known what was run. */
  readonly notReplayed: readonly NotReplayed[];
  /** Of extensions that the scratch server does not offer: left out on both sides. */
  readonly leftOut: readonly ExtensionObjects[];
  readonly notes: readonly string[];
}

/** What was compared, for who decides on it. */
export interface DriftFound extends Asked {
  readonly drift: Drift;
  /** With what is accepted on record. */
  readonly difference: Difference;
  readonly definitionsOf: DefinitionsOf;
  /** What the applied migrations make, and what is there. */
  readonly replayed: NamedSchema;
  readonly actual: NamedSchema;
  /** Where the migrations were replayed. */
  readonly database: ScratchDatabase;
}

/** How schemas are read and compared. */
export interface DriftOptions {
  readonly included: Included;
  /** What is read: that, or more. */
  readonly reading?: Reading;
}

/**
 * Replays on a scratch database what was applied, from the SQL as it was stored then, and compares. Changes nothing. Problem
 * `not-tracked` where the database has no history, `snapshot-mismatch` where the scratch server has another major version.
 */
export function findDrift(engine: Engine, openScratch: () => Promise<Scratch>, included: Included): Promise<Drift> {
  return withDrift(engine, openScratch, { included }, async ({ drift }) => drift);
}

/** The same; the scratch database is there until `use` is done. */
export async function withDrift<T>(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  options: DriftOptions,
  use: (found: DriftFound) => Promise<T>,
): Promise<T> {
  const asked = await withControl(engine, (control) => ask(engine, control, openScratch));
  const { scratch } = asked;
  const database = await scratch.create();
  try {
    await replayApplied(scratch, database, asked.applied);
    return await use(await compare(engine, { ...asked, database }, options));
  } finally {
    if (!scratch.lost) await database.drop();
  }
}

/** What is to be known before anything is replayed. */
interface Asked {
  readonly scratch: Scratch;
  readonly applied: AppliedFiles;
  readonly missing: readonly ExtensionObjects[];
  readonly acceptances: Acceptances;
  /** The history as it was then. */
  readonly ledger: Ledger;
}

async function ask(engine: Engine, control: Control, openScratch: () => Promise<Scratch>): Promise<Asked> {
  if (control.ledger.layout === undefined) throw notTracked(control.server.database);
  const scratch = await openScratch();
  refuseOtherMajor(scratch, control.server);
  const present = readFolders(engine.settings.directories, engine.cwd).files;
  return {
    scratch,
    applied: await appliedFiles(control, present),
    missing: await objectsOfMissing(control.session, await scratch.extensions()),
    acceptances: await readAcceptances(control),
    ledger: control.ledger,
  };
}

async function compare(
  engine: Engine,
  asked: Asked & { readonly database: ScratchDatabase },
  { included, reading = included }: DriftOptions,
): Promise<DriftFound> {
  const { scratch, database, applied, missing, acceptances } = asked;
  const read = async (from: Engine) => {
    const { name, schema } = await readSchema(from, reading);
    const { leftOut, notes } = subscriptionsOf(schema);
    return { name, schema: withoutObjects(schema, [...missing.flatMap(({ objects }) => objects), ...leftOut]), notes };
  };
  const made = { ...(await read(database.engine)), name: 'the applied migrations' };
  const actual = await read(engine);
  const { difference, settled } = await settledDifference(scratch, database, made, actual, included);
  const replayed = { ...made, schema: asWrittenAfter(made.schema, settled) };
  const definitionsOf = definitionsIn(replayed.schema, actual.schema);
  const left = withoutAccepted(difference, definitionsOf, acceptances);
  const drift = {
    ...left,
    difference: weighed(left.difference),
    database: actual.name,
    notReplayed: applied.notReplayed,
    leftOut: missing,
    notes: [...(await scratch.notes()), ...actual.notes],
  };
  return { ...asked, drift, difference, definitionsOf, replayed, actual };
}

async function replayApplied(scratch: Scratch, database: ScratchDatabase, applied: AppliedFiles): Promise<void> {
  try {
    await replay(scratch, database, applied.files);
  } catch (error) {
    if (!(error instanceof Problem) || applied.notReplayed.length === 0) throw error;
    const unknown = applied.notReplayed.map(({ version, reason }) => `${version} (${reason})`).join(', ');
    throw error.with({ found: `not checked, so that others may lack something: ${unknown}` });
  }
}

/** Before anything is replayed or copied: each major version writes expressions, and takes locks, in its own way. */
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
    state: 'Nothing was compared or run.',
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
