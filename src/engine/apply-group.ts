import { statementCount } from '../plan/steps.ts';
import type { PlannedMigration } from '../plan/up.ts';
import type { BatchItem, ItemResult } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { type Application, bodyItems, lockSubjectOf, watchOf } from './application.ts';
import {
  announcement,
  applyInTransaction,
  committedAfterLoss,
  failureProblem,
  lostIn,
  recordItems,
} from './apply-transaction.ts';
import { LockWait } from './locks/lock-wait.ts';
import { isRetried } from './locks/retries.ts';
import { recordFailure } from './record-failure.ts';
import { applyAgain } from './steps/apply-steps.ts';
import type { WorkItem, WorkWatch } from './work-items.ts';
import { failureIn, mayPrepare } from './worker.ts';

/** As many migrations are written to the server at once, so that it never waits for us between two of them. */
export const GROUP_MAX = 32;
const GROUP_CHARACTERS_MAX = 256 * 1024;

/**
 * How many of the migrations, from the first on, can be written at once: small ones, each one transaction, with nothing to
 * look at before its commit.
 */
export function groupSize(
  migrations: readonly PlannedMigration[],
  goesAlone: (planned: PlannedMigration) => boolean = () => false,
): number {
  let characters = 0;
  for (const [i, planned] of migrations.entries()) {
    characters += planned.migration.text.length;
    if (i >= GROUP_MAX || characters > GROUP_CHARACTERS_MAX || !isPlain(planned) || goesAlone(planned)) return i;
  }
  return migrations.length;
}

function isPlain({ migration, plan }: PlannedMigration): boolean {
  const { large, verify, statements } = migration;
  return (
    plan.mode === 'transaction' &&
    !large &&
    verify.length === 0 &&
    statements.every((one) => one.copyData === undefined)
  );
}

/**
 * Applies several migrations that were written to the server at once, each in its own transaction with its record, and one
 * Sync behind all of them: after an error the server skips everything up to it (manual, "Extended Query"), so that nothing
 * runs behind a failure, were it that of a COMMIT.
 *
 * Only the last one waits for the disk, which makes all before it durable as well (manual, "Asynchronous Commit"); nothing
 * is announced before. Where somebody watches, each waits, so that each can be announced at once.
 *
 * Calls `done` for each that is committed, in order; throws the Problem of the one that is not. `meanwhile` is called once
 * while the server works: there the next group is prepared.
 */
export async function applyGroup(
  prepared: PreparedGroup,
  done: (version: string, ms: number) => void,
  meanwhile: () => void,
): Promise<void> {
  const { group, parts, before } = prepared;
  const progress = new GroupProgress(group, done);
  const wait = new LockWait({ ...lockSubjectOf(group[0]!), version: () => progress.current.planned.version });
  try {
    const batch = await wait.watched(() => {
      const sending = group[0]!.worker.sendTogether(parts, (part) => progress.watch(part), before);
      meanwhile();
      return sending;
    });
    if (!batch.failure) return progress.settle();
    const failed = progress.current;
    const failure = failureIn(batch.failure, parts.flat(), before.length);
    await settleFailure(failed, failureProblem(failed, failure), progress, wait);
  } catch (error) {
    if (error instanceof Problem) throw error;
    await settleLoss(group, progress, error);
  }
}

/** A group as it will be written. */
export interface PreparedGroup {
  readonly group: readonly Application[];
  readonly parts: readonly (readonly WorkItem[])[];
  readonly before: readonly BatchItem[][];
}

/** To be called in the order in which groups are applied: each part cleans up behind the one before it. */
export function prepareGroup(group: readonly Application[]): PreparedGroup {
  const { engine } = group[0]!;
  const parts = group.map((one, i) => itemsOf(one, !engine.live && i < group.length - 1));
  return { group, parts, before: announcement(group[0]!) };
}

function itemsOf(application: Application, withoutWaiting: boolean): WorkItem[] {
  const commit = withoutWaiting ? [{ item: { sql: 'SET LOCAL synchronous_commit = off' } }] : [];
  return [
    ...application.worker.begin(mayPrepare(application.planned.migration)),
    ...bodyItems(application),
    ...commit,
    ...recordItems(application),
  ];
}

/**
 * A lock that was not to be had is tried again for this one alone; anything else is recorded and ends the run. Either way
 * something is written that waits for the disk, after which those before it are told.
 */
async function settleFailure(
  failed: Application,
  problem: Problem,
  progress: GroupProgress,
  wait: LockWait,
): Promise<void> {
  if (!isRetried(problem)) {
    return progress.announce(failed, await applyAgain(failed, problem, () => progress.settle()));
  }
  const hindered = await wait.note(problem);
  if (hindered) throw await recordFailure(failed, hindered, undefined, () => progress.settle());
  progress.settle();
  progress.announce(failed, await applyInTransaction({ ...failed, announced: true, refused: { wait, problem } }));
}

/**
 * The connection is gone: some of them may have been committed all the same. Where the server cannot be asked, the one that
 * was at work is what the last answer tells.
 */
async function settleLoss(group: readonly Application[], progress: GroupProgress, error: unknown): Promise<void> {
  const atWork = progress.current;
  const answered = group.slice(progress.announced, progress.reached).map((one) => one.planned.version);
  for (const application of group.slice(progress.announced)) {
    const committed = await committedAfterLoss(application);
    if (committed === undefined) {
      const problem = lostIn(atWork.planned.version, error).with({ state: notKnown(answered, atWork.planned.version) });
      throw await recordFailure(atWork, problem);
    }
    if (committed instanceof Problem) throw await recordFailure(atWork, committed);
    if (!committed) throw await recordFailure(application, lostIn(application.planned.version, error));
    progress.announce(application, 0);
  }
}

/** Commits that did not wait for the disk may be lost with the server, in order from the last. */
function notKnown(answered: readonly string[], atWork: string): string {
  const rest = `of ${atWork} and those behind it either all is there, record included, or nothing`;
  if (answered.length === 0) return `It could not be asked what was committed: ${rest}.`;
  const range = answered.length === 1 ? answered[0] : `${answered[0]} to ${answered.at(-1)}`;
  const were =
    answered.length === 1
      ? 'was committed, unless a crash of the server has'
      : 'were committed, unless a crash of the server has';
  return `It could not be asked what was committed. ${range} ${were} undone that; ${rest}. The next run looks.`;
}

/** Turns the answers, which come in the order of the items, into events of the run. */
class GroupProgress {
  /** How many are committed beyond loss, and announced. */
  announced = 0;
  readonly #group: readonly Application[];
  readonly #done: (version: string, ms: number) => void;
  readonly #watches = new Map<number, WorkWatch>();
  #unsettled: { application: Application; ms: number }[] = [];

  constructor(group: readonly Application[], done: (version: string, ms: number) => void) {
    this.#group = group;
    this.#done = done;
  }

  watch(part: number): WorkWatch {
    const known = this.#watches.get(part);
    if (known) return known;
    const application = this.#group[part]!;
    const { engine, planned, index, total } = application;
    engine.emit({ kind: 'started', version: planned.version, index, total, statements: statementCount(planned.plan) });
    const watch = { ...watchOf(application), onOther: this.#onOther(application) };
    this.#watches.set(part, watch);
    return watch;
  }

  /** The one that is not committed yet. */
  get current(): Application {
    return this.#group[Math.min(this.reached, this.#group.length - 1)]!;
  }

  /** How many are committed. */
  get reached(): number {
    return this.announced + this.#unsettled.length;
  }

  /** What is committed is on the disk by now. */
  settle(): void {
    for (const { application, ms } of this.#unsettled.splice(0)) this.announce(application, ms);
  }

  announce(application: Application, ms: number): void {
    const { engine, planned, index, total } = application;
    this.announced++;
    engine.emit({ kind: 'applied', version: planned.version, index, total, ms });
    this.#done(planned.version, ms);
  }

  /** The record answers the duration, COMMIT that it is true. */
  #onOther(application: Application): (result: ItemResult) => void {
    let ms = 0;
    return ({ tag, rows }) => {
      ms = Number(rows[0]?.execution_time_ms ?? ms);
      if (tag !== 'COMMIT') return;
      this.#unsettled.push({ application, ms });
      if (application.engine.live) this.settle();
    };
  }
}
