import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { type MigrationFile, readAs } from '../../plan/migration-file.ts';
import type { PlannedMigration, UpPlan } from '../../plan/up.ts';
import type { Problem } from '../../problem/problem.ts';
import type { MetRelation, Rehearsal, TriedMigration } from '../../report/dry-run.ts';
import { failureOf } from '../../report/events.ts';
import { refuseSteps } from '../apply-together.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { heedManifests } from '../manifest/heed-manifests.ts';
import { migrateFiles } from '../migrate.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { cancelled } from '../pause.ts';
import { planFor } from '../plan-up.ts';
import { missingOn } from '../schema/compare-sources.ts';
import { readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import { forScratch, onScratch } from '../scratch/replay.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { isSettled } from '../settled.ts';
import { checkTracking } from '../tracking.ts';
import { copySchema, readHistorySql, type SchemaCopy } from './copy-schema.ts';
import { limitsOfRehearsal } from './limits.ts';
import { refuseUnsettled } from './migrate.ts';
import { KNOWN_RELATIONS, relationsIn } from './observe.ts';
import { observeOne } from './observe-one.ts';
import { rehearsed, unreached, withLeftOut } from './rehearsed.ts';

export interface RehearsalResult {
  readonly report: Rehearsal;
  /** What stopped it, for people; `report.failed` is its short form. */
  readonly problem: Problem | null;
}

/** What is read of the target, which nothing is changed on and no lock is taken of. */
interface Target {
  readonly database: string;
  readonly plan: UpPlan;
  readonly history: readonly string[];
  readonly relations: readonly MetRelation[];
}

/**
 * Applies what is pending to an empty copy of the target's schema, on a scratch server: each migration first under
 * observation, in a transaction that is rolled back, then for real. The target's statistics stand beside what is found.
 */
export async function rehearseMigrate(
  engine: Engine,
  openScratch: () => Promise<Scratch>,
  options: Omit<MigrateOptions, 'approve'>,
): Promise<RehearsalResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  const target = await readTarget(engine, files, options);
  if (target.plan.migrations.length === 0) return resultOf(engine, target, undefined, [], null);
  const scratch = await openScratch();
  const missing = await missingOn(engine, scratch);
  const schema = await readSchema(engine, FOR_SCRIPTS);
  const copy = await copySchema(scratch, { schema, missing, history: target.history });
  const own = await forScratch(scratch, files.map(withoutVerify));
  const done: TriedMigration[] = [];
  let problem: Problem | null = null;
  for (const planned of target.plan.migrations) {
    if (engine.signal.aborted) problem = cancelled('Nothing of yours was touched; the copy is dropped.');
    if (problem) break;
    const one = await rehearse(scratch, copy, own, planned, target);
    done.push(one.tried);
    problem = one.problem;
  }
  return resultOf(engine, target, { scratch, copy }, done, problem);
}

async function readTarget(
  engine: Engine,
  files: readonly MigrationFile[],
  options: Omit<MigrateOptions, 'approve'>,
): Promise<Target> {
  return withControl(engine, async (control) => {
    const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const isNew = control.ledger.layout === undefined;
    if (!isNew && !isSettled(engine, control.ledger)) await refuseUnsettled(engine, control, files);
    const plan = await planFor(engine, control, files, ledger, options);
    if (options.singleTransaction) refuseSteps(plan.migrations);
    const rows = isNew ? [] : await control.session.query(readHistorySql(control.names));
    const relations = relationsIn(await control.session.query(KNOWN_RELATIONS.sql));
    return { database: control.server.database, plan, history: rows.map((row) => row.entry ?? ''), relations };
  });
}

/** There are no rows for a VERIFY to look at. */
function withoutVerify(file: MigrationFile): MigrationFile {
  return readAs(file, () => ({ ...file.load(), verify: [] }));
}

interface Rehearsed {
  readonly tried: TriedMigration;
  readonly problem: Problem | null;
}

async function rehearse(
  scratch: Scratch,
  copy: SchemaCopy,
  files: readonly MigrationFile[],
  planned: PlannedMigration,
  { relations }: Target,
): Promise<Rehearsed> {
  const { engine } = copy.database;
  const options = { only: planned.version, allowLate: true, singleTransaction: false, whole: true };
  for (;;) {
    const observed = await observeOne(engine, files, options);
    if (typeof observed === 'string') return { tried: unreached(planned, observed), problem: null };
    if (await scratch.roles.mend(observed.problem)) continue;
    const { problem } = await migrateFiles(engine, files, options);
    if (await scratch.roles.mend(problem)) continue;
    const ran = files.find(({ version }) => version === planned.version)?.load() ?? planned.migration;
    const migration = { ...ran, verify: planned.migration.verify };
    const tried = rehearsed({ ...planned, migration }, observed.report.migrations[0], problem, relations);
    return { tried: withLeftOut(tried, planned), problem: problem && onScratch(problem, scratch) };
  }
}

function resultOf(
  engine: Engine,
  { database, plan }: Target,
  made: { readonly scratch: Scratch; readonly copy: SchemaCopy } | undefined,
  done: readonly TriedMigration[],
  problem: Problem | null,
): RehearsalResult {
  const left = plan.migrations.slice(done.length).map((one) => unreached(one, null));
  const migrations = [...done, ...left];
  const notCopied = made?.copy.notCopied ?? [];
  const report: Rehearsal = {
    ok: problem === null,
    level: 'rehearse',
    database,
    runId: engine.run.runId,
    outcome: problem === null ? 'passed' : problem.code === 'cancelled' ? 'cancelled' : 'failed',
    scratch: made?.scratch.place.description ?? '',
    walBytes: migrations.flatMap((one) => one.statements).reduce((sum, one) => sum + one.walBytes, 0),
    migrations,
    skipped: plan.skipped.map(({ version, reason }) => ({ version, reason })),
    notCopied,
    cannotShow: migrations.length === 0 ? [] : limitsOfRehearsal(notCopied.length),
    failed: problem ? failureOf(problem.fields.version ?? '', problem) : null,
  };
  return { report, problem };
}
