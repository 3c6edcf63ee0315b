import { eventItem } from '../ledger/write.ts';
import type { PlannedMigration } from '../plan/up.ts';
import { Problem } from '../problem/problem.ts';
import type { Application } from './application.ts';
import { applicationOf, applyMigration } from './apply.ts';
import { applyGroup, GROUP_MAX, groupSize, type PreparedGroup, prepareGroup } from './apply-group.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { keeperOf } from './keep/keeper.ts';
import { type Destroying, readDestroying } from './keep/read-destroying.ts';
import { cancelled } from './pause.ts';
import type { Worker } from './worker.ts';

/**
 * Applies the migrations in order, each by itself; runs of small ones are written to the server together, and builds of indexes
 * that do not mind each other go on side by side, at most `jobs` of them. Returns the problem that stopped it, or null; `durations`
 * is filled as they are committed.
 */
export async function applyOneByOne(
  engine: Engine,
  control: Control,
  worker: Worker,
  migrations: readonly PlannedMigration[],
  durations: Map<string, number>,
  jobs = 1,
): Promise<Problem | null> {
  const destroying = await readDestroying(
    engine,
    migrations.map((one) => one.migration),
  );
  const run: Run = { engine, control, worker, migrations, durations, jobs, destroying };
  try {
    while (durations.size < migrations.length) await applyNext(run);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const version = migrations[durations.size]?.version;
    const untold = error.fields.version === undefined && error.code !== 'connection-lost' && version !== undefined;
    return untold ? error.with({ version }) : error;
  }
}

interface Run {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly migrations: readonly PlannedMigration[];
  readonly durations: Map<string, number>;
  readonly jobs: number;
  /** Of the versions that may destroy data. */
  readonly destroying: ReadonlyMap<string, Destroying>;
  /** Prepared while the server was at the group before. */
  ready?: { readonly at: number; readonly prepared: PreparedGroup } | undefined;
}

async function applyNext(run: Run): Promise<void> {
  const { engine, control, durations } = run;
  const at = durations.size;
  if (engine.signal.aborted) throw await notBegun(run, at);
  if (control.session.lost) throw controlLost(control.session.lost);
  const ready = run.ready?.at === at ? run.ready : nextGroup(run, at);
  if (ready) {
    const end = at + ready.prepared.group.length;
    const ahead = () => {
      run.ready = nextGroup(run, end);
    };
    await applyGroup(ready.prepared, (version, ms) => durations.set(version, ms), ahead);
  } else {
    const together = run.jobs > 1 ? await sideBySideAt(run, at) : 0;
    if (together > 1) return await applySideBySide(run, at, together);
    const application = applicationAt(run, at);
    durations.set(application.planned.version, await applyMigration(application));
  }
}

/** Only one that runs step by step is worth the look. */
async function sideBySideAt({ worker, migrations }: Run, at: number): Promise<number> {
  if (inTransaction(migrations[at])) return 0;
  const { sideBySide } = await import('./side-by-side.ts');
  return sideBySide(worker, migrations.slice(at));
}

async function applySideBySide(run: Run, at: number, count: number): Promise<void> {
  const { inTurns } = await import('./side-by-side.ts');
  await inTurns(run, count, async (place, worker, turn) => {
    const application = applicationAt({ ...run, worker }, at + place);
    const { version } = application.planned;
    try {
      run.durations.set(version, await applyMigration({ ...application, turn }));
    } catch (error) {
      throw error instanceof Problem && error.code !== 'connection-lost' ? error.with({ version }) : error;
    }
  });
}

/** The group that begins at `at`, ready to be written; undefined where that migration goes by itself. */
function nextGroup(run: Run, at: number): Run['ready'] {
  const size = groupSize(run.migrations.slice(at, at + GROUP_MAX), ({ version }) => run.destroying.has(version));
  if (size < 2) return undefined;
  const group = Array.from({ length: size }, (_, i) => applicationAt(run, at + i));
  return { at, prepared: prepareGroup(group) };
}

function applicationAt({ engine, control, worker, migrations, destroying }: Run, at: number): Application {
  const next = migrations[at + 1];
  const announcesNext = inTransaction(migrations[at]) && inTransaction(next);
  const { version } = migrations[at]!;
  return applicationOf(engine, control, worker, migrations[at]!, {
    keeper: keeperOf({ engine, control }, version, destroying),
    index: at + 1,
    total: migrations.length,
    announced: isAnnounced(migrations, at),
    ...(announcesNext ? { next: next!.version } : {}),
    ...(at === 0 ? { wholeRun: migrations.map((one) => one.version) } : {}),
  });
}

/** Its `started` event went along with the record of the one before. */
function isAnnounced(migrations: readonly PlannedMigration[], at: number): boolean {
  return at > 0 && inTransaction(migrations[at - 1]) && inTransaction(migrations[at]);
}

function inTransaction(planned: PlannedMigration | undefined): boolean {
  return planned?.plan.mode === 'transaction';
}

/** What was announced as started is put on record as cancelled: the audit trail must not leave it open. */
async function notBegun({ engine, control, migrations }: Run, at: number): Promise<Problem> {
  if (isAnnounced(migrations, at)) {
    const event = { event: 'cancelled' as const, version: migrations[at]!.version };
    await control.write([eventItem(control.names, engine.run, event)]);
  }
  return cancelled(`${at} of ${migrations.length} migrations are applied; no more was begun.`);
}

/** With it the lock is gone: another runner may have begun. */
function controlLost(cause: Error): Problem {
  return new Problem('connection-lost', `the control session was lost: ${cause.message}`, {
    state: 'What was applied is recorded; no more was begun.',
    next: ['Run the command again: it goes on where this one stopped.'],
    cause,
  });
}
