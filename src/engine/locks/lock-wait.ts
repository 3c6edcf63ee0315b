import type { Problem } from '../../problem/problem.ts';
import type { Blocker } from '../../report/blocker.ts';
import type { LockWaitEvent } from '../../report/events.ts';
import { lockModesConflict } from '../../sql/lock-modes.ts';
import { lockedRelations } from '../../sql/locked-relations.ts';
import { databaseProblem } from '../failure.ts';
import { pause } from '../pause.ts';
import { cancelBlockers } from './cancel-blockers.ts';
import { gaveUp } from './gave-up.ts';
import { tellHidden } from './hidden.ts';
import { type Holder, holdersFrom, holdersItem, type LockedRelation, lookAtWaiting, type Waiting } from './look.ts';
import { News } from './news.ts';
import { blockerKey, LockRecord } from './record.ts';
import { findRelations } from './relations.ts';
import type { LockSubject, LockTry } from './subject.ts';

/** While a statement waits: how often is looked, after the first time. */
const LOOK_EVERY_MS = 500;
/** A wait without a lock timeout, or under a long one, is worth a line after this time. */
const TELL_AFTER_MS = 1000;
/** While nothing is queued: how often is looked whether the table is free. */
const PEEK_EVERY_MS = 100;
/** A transaction older than this will not end in a moment: queueing behind it would stop the application for nothing. */
const OLD_MS = 1000;
/** Old holders come one after the other: then those of the last refusal need not all be gone more often than this. */
const TRY_BETWEEN_OLD_MS = 5000;
const PAUSE_FIRST_MS = 100;
/** So that the lock is had soon after the table is free. */
const PAUSE_MAX_MS = 1000;
/** What a try waits beyond the server's deadlock_timeout, when autovacuum is told to give way. */
const BEYOND_DEADLOCK_TIMEOUT_MS = 200;

/**
 * What is known of one transaction's waiting for locks, over all its tries: who was in the way, since when, what was said of
 * it. Looks are taken on the control session, which is idle meanwhile and in no transaction.
 */
export class LockWait {
  readonly #subject: LockSubject;
  readonly #record: LockRecord;
  /** By OID: what was waited for so far, with the mode that was wanted. */
  readonly #wanted = new Map<string, { relation: LockedRelation; mode: string }>();
  /** By blocker's key: when it was first seen, for roles that may not see how old it is. */
  readonly #firstSeen = new Map<string, number>();
  #blockers: readonly Blocker[] = [];
  /** When the present try was seen to wait. */
  #waitingSince: number | undefined;
  #refusals = 0;
  #firstRefusal = 0;
  #lastRefusal = 0;
  #refusedBy: ReadonlySet<string> = new Set();
  #reason: string | undefined;
  readonly #news = new News();

  constructor(subject: LockSubject) {
    this.#subject = subject;
    this.#record = new LockRecord(subject);
  }

  /**
   * Runs something that may wait for a lock, and looks meanwhile: first after half the lock timeout, so that what goes well
   * costs nothing. `free`: it runs outside a transaction and waits as long as it takes; then the wait is put on record too.
   */
  async watched<T>(run: () => Promise<T>, free = false): Promise<T> {
    const { lockTimeoutMs } = this.#subject;
    this.#waitingSince = undefined;
    let stopped = false;
    let timer = setTimeout(look, lockTimeoutMs > 0 && !free ? lockTimeoutMs / 2 : LOOK_EVERY_MS);
    const self = this;
    async function look(): Promise<void> {
      // What the look cannot tell is not worth a failure: a lost session shows where it is needed.
      await self.#look(free, () => stopped).catch(() => {});
      if (!stopped) timer = setTimeout(look, LOOK_EVERY_MS);
    }
    try {
      return await run();
    } finally {
      stopped = true;
      clearTimeout(timer);
    }
  }

  async #look(free: boolean, isOver: () => boolean): Promise<void> {
    const { engine, control, worker } = this.#subject;
    const waiting = await lookAtWaiting(control, worker, engine.mask);
    if (isOver()) return;
    if (!waiting) {
      this.#waitingSince = undefined;
      return;
    }
    this.see(waiting);
    this.#waitingSince ??= performance.now();
    const waitedMs = performance.now() - this.#waitingSince;
    const news = this.#emit('waiting', waitedMs, free ? undefined : engine.settings.lockBudgetMs);
    if (news) tellHidden(this.#subject, this.#blockers);
    if (!free) return;
    if (news) await this.#record.write(this.#subject.version(), this.#blockers, { waitedMs: Math.round(waitedMs) });
    await cancelBlockers(this.#subject, this.#blockers, (one) => this.#seenForMs(one));
  }

  /** Remembers what was found when it was looked at. */
  see({ relation, mode, blockers }: Waiting): void {
    if (relation) this.#wanted.set(relation.oid, { relation, mode });
    this.#blockers = blockers;
    this.#remember(blockers);
  }

  #remember(blockers: readonly Blocker[]): void {
    const now = performance.now();
    for (const one of blockers) if (!this.#firstSeen.has(blockerKey(one))) this.#firstSeen.set(blockerKey(one), now);
  }

  #seenForMs(blocker: Blocker): number {
    return performance.now() - (this.#firstSeen.get(blockerKey(blocker)) ?? performance.now());
  }

  /** Rolls the refused try back and puts the refusal on record, on the disk; or answers what hindered that. */
  async note(problem: Problem): Promise<Problem | undefined> {
    try {
      await this.#subject.worker.rollback();
      await this.#note(problem);
      return undefined;
    } catch (error) {
      return databaseProblem(error, 'the wait for a lock could not be put on record');
    }
  }

  async #note(problem: Problem): Promise<void> {
    const seen = this.#waitingSince !== undefined;
    this.#refusals++;
    this.#lastRefusal = performance.now();
    if (this.#refusals === 1) this.#firstRefusal = this.#lastRefusal;
    this.#reason = problem.fields.server?.message;
    if (!seen) await this.#lookBack(problem).catch(() => {});
    this.#refusedBy = new Set(this.#blockers.map(blockerKey));
    const detail = {
      message: this.#reason,
      sqlstate: problem.fields.server?.sqlstate,
      refusals: this.#refusals,
      relation: this.#relation(),
      waitedMs: Math.round(this.#spentMs()),
    };
    await this.#record.write(problem.fields.version ?? this.#subject.version(), this.#blockers, detail);
  }

  /** The refusal came before anybody looked: who holds what the statement names. */
  async #lookBack(problem: Problem): Promise<void> {
    const { engine, control } = this.#subject;
    const names = lockedRelations(problem.fields.statement ?? '');
    if (names.length > 0) {
      const batch = await control.session.batch([findRelations(engine, names)]);
      for (const oid of oidsIn(batch.results[0]?.at(-1)?.rows[0]?.relations)) this.#want(oid);
    }
    await this.#peek();
  }

  #want(oid: string): void {
    if (!this.#wanted.has(oid)) this.#wanted.set(oid, { relation: { oid, name: oid }, mode: 'AccessExclusiveLock' });
  }

  /**
   * Behind a refusal that is on record: tells it, and returns when another try is wise, with how to make it; or the problem
   * that ends all tries.
   */
  async untilNextTry(problem: Problem): Promise<LockTry | Problem> {
    this.#emit('refused', this.#spentMs(), this.#budgetMs);
    tellHidden(this.#subject, this.#blockers);
    try {
      if (this.#spentMs() > this.#budgetMs) return this.#gaveUp(problem);
      await pause(this.#pauseMs(), this.#subject.engine.signal);
      while (!(await this.#isWise())) {
        if (this.#spentMs() > this.#budgetMs) return this.#gaveUp(problem);
        this.#emit('holding_off', this.#spentMs(), this.#budgetMs);
        await pause(PEEK_EVERY_MS, this.#subject.engine.signal);
      }
      return await this.#nextTry();
    } catch (error) {
      return databaseProblem(error, 'the way to the lock could not be looked at');
    }
  }

  /** Full jitter: runners that were refused together do not come back together. */
  #pauseMs(): number {
    return Math.round(Math.random() * Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (this.#refusals - 1)));
  }

  /** Nobody is in the way who will not be gone in a moment, or gives way when asked. */
  async #isWise(): Promise<boolean> {
    await this.#peek();
    if (await cancelBlockers(this.#subject, this.#blockers, (one) => this.#seenForMs(one))) await this.#peek();
    const old = this.#blockers.filter((one) => this.#isOld(one));
    if (old.length === 0) return true;
    const others = old.every((one) => !this.#refusedBy.has(blockerKey(one)));
    return others && performance.now() - this.#lastRefusal > TRY_BETWEEN_OLD_MS;
  }

  #isOld(blocker: Blocker): boolean {
    if (blocker.isAutovacuum) return blocker.preventsWraparound;
    return Math.max(blocker.transactionAgeMs ?? 0, this.#seenForMs(blocker)) > OLD_MS;
  }

  /** Who holds, at this moment, what we want, in a mode that is in our way. */
  async #peek(): Promise<void> {
    const { engine, control } = this.#subject;
    if (this.#wanted.size === 0) {
      this.#blockers = [];
      return;
    }
    const batch = await control.session.batch([[holdersItem([...this.#wanted.keys()])]]);
    const holders = holdersFrom(batch.results[0]?.[0]?.rows ?? [], engine.mask).filter((one) => this.#isInTheWay(one));
    for (const { relation } of holders)
      this.#wanted.set(relation.oid, { ...this.#wanted.get(relation.oid)!, relation });
    this.#blockers = withoutRepeats(holders.map((one) => one.blocker));
    this.#remember(this.#blockers);
  }

  #isInTheWay({ relation, blocker }: Holder): boolean {
    const { control, worker } = this.#subject;
    const own = [control.session.backendPid, worker.session.backendPid];
    if (!control.server.pooled && blocker.pid !== null && own.includes(blocker.pid)) return false;
    const mode = this.#wanted.get(relation.oid)?.mode ?? '';
    return blocker.modes.some((held) => lockModesConflict(held, mode));
  }

  /**
   * An autovacuum gives way to whoever has waited for deadlock_timeout (manual, "Automatic Vacuuming"), so that under a
   * shorter lock timeout a table under vacuum could never be altered: when nobody else is there, this one try waits longer.
   */
  async #nextTry(): Promise<LockTry> {
    const count = this.#refusals + 1;
    const onlyAutovacuum = this.#blockers.length > 0 && this.#blockers.every((one) => one.isAutovacuum);
    if (!onlyAutovacuum) return { count };
    const { control, lockTimeoutMs } = this.#subject;
    const [row] = await control.session.query(
      "SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name = 'deadlock_timeout'",
    );
    const patienceMs = Number(row?.setting ?? 1000) + BEYOND_DEADLOCK_TIMEOUT_MS;
    return lockTimeoutMs === 0 || lockTimeoutMs >= patienceMs ? { count } : { count, lockTimeoutMs: patienceMs };
  }

  #gaveUp(problem: Problem): Problem {
    const spent = { refusals: this.#refusals, spentMs: this.#spentMs(), relation: this.#relation() };
    return gaveUp(this.#subject, problem, this.#blockers, spent);
  }

  #spentMs(): number {
    return performance.now() - this.#firstRefusal;
  }

  get #budgetMs(): number {
    return this.#subject.engine.settings.lockBudgetMs;
  }

  #relation(): string | undefined {
    const names = [...this.#wanted.values()].map((one) => one.relation.name).filter((name) => !/^\d+$/.test(name));
    return names.at(-1);
  }

  #emit(phase: LockWaitEvent['phase'], waitedMs: number, budgetMs: number | undefined): boolean {
    const patient = phase === 'waiting' && waitedMs < TELL_AFTER_MS;
    const news = !patient && this.#news.take(this.#blockers);
    this.#subject.engine.emit({
      kind: 'lock_wait',
      phase,
      version: this.#subject.version(),
      relation: this.#relation(),
      blockers: this.#blockers,
      refusals: this.#refusals,
      waitedMs,
      budgetMs,
      reason: this.#reason,
      news,
    });
    return news;
  }
}

function withoutRepeats(blockers: readonly Blocker[]): Blocker[] {
  return [...new Map(blockers.map((one) => [blockerKey(one), one])).values()];
}

/** Of an array of OIDs as the server writes it: `{16384,16390}`. */
function oidsIn(array: string | null | undefined): string[] {
  return array?.match(/\d+/g) ?? [];
}
