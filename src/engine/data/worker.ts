import { estimate, type RecentBatches, withBatch } from '../../batch/estimate.ts';
import { type KeyRange, type KeyValue, keyText, rangeText } from '../../batch/key.ts';
import { afterBatch, afterRefusal, firstPace, type Pace, type PaceLimits, restMs } from '../../batch/pace.ts';
import type { Problem } from '../../problem/problem.ts';
import { cancelled, pause } from '../pause.ts';
import { Ahead, rangeProbe, sweeps } from './ahead.ts';
import { type BatchFailure, type BatchOutcome, batchText, type NextBatch, runBatch } from './batch.ts';
import type { Behind } from './behind.ts';
import { runCodeBatch } from './code/run-code-batch.ts';
import type { ClaimedRange, DataFailure, DataRun, LaneEnd } from './data-run.ts';
import { despiteCancel } from './despite-cancel.ts';
import { finishRun } from './finish.ts';
import { putBatch } from './keep/put-batch.ts';
import { atPass } from './keep/puts.ts';
import { inTransaction, type Lane } from './lane.ts';
import { isInBlock, narrowed } from './narrow.ts';
import { passOverRow } from './pass-over.ts';
import { probedOf } from './probe.ts';
import { type Progress, progressItem, progressOf, readProgress } from './progress.ts';
import { claimRange } from './ranges.ts';
import { ATTEMPTS_MAX, backOffMs, isRefusal, isRowFault, REFUSALS_TOLD } from './refusals.ts';
import { Yielding } from './signals/give-way.ts';
import { keyJson, passOverItems, RENEW_RANGE_MS, readRun, releaseItem, renewRangeItem, throttleItem } from './store.ts';

/** A worker at its work. Its memory is one batch. */
export class DataWorker {
  /** At the range in hand: at the table, or at a store whose rows come back. */
  #lane: Lane;
  readonly #base: Lane;
  readonly #keysTotal: number | undefined;
  /** Those of the lane, with the time that was asked for this run. */
  #limits: PaceLimits;
  #pace: Pace;
  #recent: RecentBatches = [];
  #range: ClaimedRange | undefined;
  /** What asks to go slowly, and how long something has held it back since the batch before. */
  #slowly = false;
  /** Keys of a batch at most, while a row that fails is looked for. */
  #cap: number | undefined;
  #heldMs = 0;
  /** What is on record of why the run does not go on: what the signals say, and that a batch is refused again and again. */
  #held: string | null = null;
  #refused = false;
  readonly #ahead = new Ahead();
  /** When it was last told how far the run is, by performance.now(). */
  #toldAt = Number.NEGATIVE_INFINITY;
  /** How far it is, as answered with the batch that is just done. */
  #progress: Progress | undefined;
  readonly #yielding: Yielding | undefined;

  constructor(lane: Lane, run: DataRun) {
    this.#lane = lane;
    this.#base = lane;
    this.#keysTotal = run.keysEstimated ?? undefined;
    this.#limits = limitsWith(lane.limits, run.targetMs);
    this.#pace = firstPace(this.#limits, run.size ?? undefined);
    const { engine, watch } = lane;
    this.#yielding =
      watch &&
      new Yielding(watch, {
        signal: engine.signal,
        tell: (reasons) => this.#tellHeld(reasons),
        beat: (reasons) => this.#beat(reasons),
      });
  }

  /** Claims range after range until nothing is left, or the run is stopped. Throws `cancelled` when the person wants to stop. */
  async work(): Promise<LaneEnd> {
    try {
      await this.#lane.watch?.begin();
      for (;;) {
        this.#stopIfAsked();
        const claim = await claimRange(this.#base, this.#pace.size);
        if (claim === 'over') return { kind: 'stopped', run: await this.#run() };
        if (claim === 'wait') await this.#waitForOthers();
        else {
          this.#range = claim;
          this.#lane = await atPass(this.#base, claim.pass);
          this.#ahead.forget();
          const end = claim.kind === 'finish' ? await this.#finish(claim) : await this.#workRange(claim);
          if (end) return end;
          this.#range = undefined;
        }
      }
    } finally {
      await this.#release();
    }
  }

  #finish(claim: ClaimedRange): Promise<LaneEnd | undefined> {
    return finishRun(this.#base, claim, (reasons) => this.#tellHeld(reasons));
  }

  #stopIfAsked(): void {
    if (this.#lane.engine.signal.aborted) throw cancelled();
  }

  /** Ranges are in other hands: they may fail, die, or be the last. */
  async #waitForOthers(): Promise<void> {
    await this.#tell();
    await pause(WAIT_MS, this.#lane.engine.signal);
  }

  /** Undefined when the range is done, or another worker's by now. */
  async #workRange(range: ClaimedRange): Promise<LaneEnd | undefined> {
    let position = range.position;
    for (;;) {
      this.#stopIfAsked();
      if (!(await this.#giveWay())) return { kind: 'stopped', run: await this.#run() };
      const next = await this.#next(range, position);
      if (!next) {
        await inTransaction(this.#lane, passOverItems(this.#lane.control.names, range));
        return undefined;
      }
      const tried = await this.#tryUntilDone(range, next);
      if (tried.kind === 'failed') return tried;
      if (tried.kind === 'lost') return undefined;
      position = tried.bounds.hi;
      if (tried.outcome.state !== 'running') return { kind: 'stopped', run: await this.#run() };
      if (tried.isLast) return undefined;
      await this.#rest(tried.outcome.ms);
    }
  }

  /** False: the run was paused or cancelled while something held it back. */
  async #giveWay(): Promise<boolean> {
    if (!this.#yielding) return true;
    const { wanted, slowly, heldMs } = await this.#yielding.giveWay();
    this.#slowly = slowly;
    this.#heldMs = heldMs;
    if (heldMs > 0) this.#ahead.forget();
    return wanted;
  }

  async #tellHeld(reasons: readonly string[]): Promise<void> {
    const { control, work } = this.#lane;
    const held = reasons.length > 0 ? reasons.join('; ') : null;
    this.#held = held;
    await inTransaction(this.#lane, [throttleItem(control.names, work.version, held)]);
    if (held !== null) await this.#tell(undefined, held);
  }

  /** A run that stands still says why, also where it is a lock or a deadlock. */
  async #tellRefused({ attempts }: NextBatch, { error }: BatchFailure): Promise<void> {
    if (attempts + 1 < REFUSALS_TOLD) return;
    const { control, work, engine } = this.#lane;
    const held = `a batch was refused ${attempts + 1} times: ${engine.mask(error.message)}`;
    this.#refused = true;
    const renewal = this.#range ? [renewRangeItem(control.names, this.#range)] : [];
    await inTransaction(this.#lane, [...renewal, throttleItem(control.names, work.version, held)]);
    await this.#tell(undefined, held);
  }

  async #forgetRefused(): Promise<void> {
    if (!this.#refused) return;
    const { control, work } = this.#lane;
    this.#refused = false;
    await inTransaction(this.#lane, [throttleItem(control.names, work.version, this.#held)]);
  }

  async #beat(reasons: readonly string[]): Promise<boolean> {
    const { control, work } = this.#lane;
    const held = reasons.join('; ');
    this.#held = held;
    // The record follows the numbers: whoever asks on another machine sees those of now.
    const renewal = this.#range ? [renewRangeItem(control.names, this.#range)] : [];
    await inTransaction(this.#lane, [...renewal, throttleItem(control.names, work.version, held)]);
    await this.#tell(undefined, held);
    return (await this.#run())?.state === 'running';
  }

  /** The next batch of the range; undefined where a sweep finds no row in the rest of it. */
  async #next(range: ClaimedRange, position: KeyRange['lo']): Promise<NextBatch | undefined> {
    const { table } = this.#lane;
    const rest = { lo: position, hi: range.hi };
    const first = { range, attempts: 0, error: null, row: null };
    if (this.#lane.selfReference?.kind === 'other') return { ...first, bounds: rest, keys: 0, isLast: true };
    if (table.key.kind === 'ctid' && position?.[1] !== undefined) return this.#restOfBlock(first, position);
    if (table.key.kind === 'ctid' && range.hi === null) return { ...first, bounds: rest, keys: 0, isLast: true };
    const { size, row } = await this.#ahead.answer(this.#lane, range, rest, () => this.#size);
    const probed = probedOf(table, rest, size, row);
    if (sweeps(this.#lane, range) && !probed) return undefined;
    const reachesEnd = probed !== undefined && keyJson(probed.hi) === keyJson(range.hi);
    const isLast = !probed || reachesEnd || (table.key.kind === 'columns' && probed.keys < size);
    const only = table.key.kind === 'columns' && probed?.keys === 1 ? probed.hi : null;
    return {
      ...first,
      bounds: isLast ? rest : { lo: position, hi: probed.hi },
      keys: probed?.keys ?? 0,
      row: only,
      isLast,
    };
  }

  /** Behind a row that a batch failed for. */
  async #restOfBlock(first: Omit<NextBatch, 'bounds' | 'keys' | 'isLast'>, lo: KeyValue): Promise<NextBatch> {
    const isLast = lo[0] === first.range.hi?.[0];
    const batch = { ...first, bounds: { lo, hi: [lo[0] ?? ''] }, keys: 0, isLast };
    return (await narrowed(this.#lane, batch, this.#cap ?? this.#pace.size)) ?? batch;
  }

  /** Keys of the next batch at most. */
  get #size(): number {
    return Math.min(this.#pace.size, this.#cap ?? this.#pace.size);
  }

  /**
   * What goes with the COMMIT of a batch: the probe for the one behind it, in the size that this one makes it, and now and then how far
   * the run is.
   */
  #behind({ range, bounds, keys, isLast }: NextBatch, begun: number): Behind {
    const rest = { lo: bounds.hi, hi: range.hi };
    let size: number | undefined;
    let tells = false;
    return {
      items: () => {
        const now = performance.now();
        const probes = !isLast && this.#cap === undefined;
        size = probes ? afterBatch(this.#pace, { keys, ms: now - begun }, this.#limits).size : undefined;
        tells = now - this.#toldAt >= TELL_MS;
        return [
          ...(size === undefined ? [] : [rangeProbe(this.#lane, range, rest, size)]),
          ...(tells ? [progressItem(this.#lane.control.names, this.#lane.work.version)] : []),
        ];
      },
      answered: (results) => {
        if (!results) return;
        if (size !== undefined) this.#ahead.put({ lo: rest.lo, size, row: results[0]?.rows[0] });
        if (tells) this.#progress = progressOf(results.at(-1)?.rows[0]);
      },
    };
  }

  /** Refused, it is tried again: the same rows, in smaller pieces. */
  async #tryUntilDone(range: ClaimedRange, first: NextBatch): Promise<Tried> {
    let batch = first;
    for (;;) {
      this.#stopIfAsked();
      const begun = performance.now();
      const outcome = await this.#runBatch(batch, this.#behind(batch, begun));
      if (outcome.kind === 'lost') return { kind: 'lost' };
      if (outcome.kind === 'done') {
        await this.#forgetRefused();
        this.#limits = limitsWith(this.#lane.limits, outcome.targetMs);
        this.#done(batch, outcome, performance.now() - begun);
        return { kind: 'done', bounds: batch.bounds, isLast: batch.isLast, outcome };
      }
      if (this.#lane.engine.signal.aborted) throw cancelled();
      if (isRowFault(outcome)) {
        const half = await this.#halved(range, batch);
        if (!half)
          return batch.row === null ? this.#failed(batch, outcome) : this.#rowFailed(batch, outcome, batch.row);
        batch = { ...half, error: outcome.error.message };
        continue;
      }
      if (!isRefusal(outcome) || batch.attempts >= ATTEMPTS_MAX) return this.#failed(batch, outcome);
      await this.#tellRefused(batch, outcome);
      this.#pace = afterRefusal(this.#pace, this.#limits);
      await pause(backOffMs(batch.attempts), this.#lane.engine.signal);
      const smaller = await this.#next(range, batch.bounds.lo);
      batch = { ...(smaller ?? batch), attempts: batch.attempts + 1, error: outcome.error.message };
    }
  }

  #runBatch(batch: NextBatch, behind: Behind): Promise<BatchOutcome> {
    const { code, put } = this.#lane;
    if (put) return putBatch(this.#lane, put, batch, behind);
    return code ? runCodeBatch(this.#lane, code, batch, behind) : runBatch(this.#lane, batch, behind);
  }

  /** With half of its rows, so that the one that fails is found; undefined where it becomes no smaller. */
  async #halved(range: ClaimedRange, batch: NextBatch): Promise<NextBatch | undefined> {
    const half = Math.max(1, Math.floor(batch.keys / 2));
    if (batch.row === null && isInBlock(this.#lane, batch.bounds))
      return this.#lane.put ? undefined : narrowed(this.#lane, batch, half);
    if (batch.keys <= 1) return undefined;
    this.#cap = half;
    return (await this.#next(range, batch.bounds.lo)) ?? batch;
  }

  /** It is this row: passed over where that was asked for, and named in any case. */
  async #rowFailed(batch: NextBatch, failed: BatchFailure, row: KeyValue): Promise<Tried> {
    const { key } = this.#lane.table;
    const run = await this.#run();
    if (run?.skipFailed && run.skipped.length < SKIPPED_MAX) {
      const asked = await passOverRow(this.#lane, batch, {
        row,
        message: failed.error.message,
        sqlstate: failed.error.code ?? null,
      });
      if (asked === undefined) return { kind: 'lost' };
      return {
        kind: 'done',
        bounds: batch.bounds,
        isLast: batch.isLast,
        outcome: { kind: 'done', rows: 0, ms: 0, ...asked },
      };
    }
    const { message, code } = failed.error;
    const named =
      key.kind === 'ctid' ? `in the row at ctid ${row[0]}` : `in the row with ${keyText(key)} = ${row.join(', ')}`;
    const failure = { message, sqlstate: code ?? null, range: rangeText(batch.bounds), row };
    const skip = `Correct that row, or pass over rows that fail, on record: taskflow-db data retry ${this.#lane.work.version} --skip-failed`;
    const { next = [] } = failed.problem.fields;
    return { kind: 'failed', failure, problem: failed.problem.with({ found: named, next: [skip, ...next] }) };
  }

  async #failed(batch: NextBatch, { problem, error }: BatchFailure): Promise<Tried> {
    const failure = { message: error.message, sqlstate: error.code ?? null, range: rangeText(batch.bounds), row: null };
    const found = `in the batch of keys ${batchText(batch)} (${keyText(this.#lane.table.key)})`;
    return { kind: 'failed', failure, problem: problem.with({ found }) };
  }

  #done(batch: NextBatch, { ms }: { ms: number }, wholeMs: number): void {
    if (this.#cap !== undefined) this.#cap = this.#cap * 2 < this.#pace.size ? Math.max(1, this.#cap * 2) : undefined;
    else if (batch.keys > 0) {
      this.#pace = afterBatch(this.#pace, { keys: batch.keys, ms: wholeMs }, this.#limits);
      this.#recent = withBatch(this.#recent, {
        keys: batch.keys,
        ms: wholeMs + this.#heldMs + restMs(ms, this.#lane.pause, this.#slowly),
      });
    }
    if (this.#progress) this.#told(this.#progress, ms);
    this.#progress = undefined;
  }

  async #tell(batchMs?: number, held?: string): Promise<void> {
    const { control, work, session } = this.#lane;
    this.#told(await readProgress(session, control.names, work.version), batchMs, held);
  }

  #told(done: Progress, batchMs: number | undefined, held?: string): void {
    const { engine, work } = this.#lane;
    this.#toldAt = performance.now();
    const total = this.#keysTotal === undefined ? undefined : Math.max(this.#keysTotal, done.keys);
    const { keysPerSecond, left } = estimate(this.#recent, total === undefined ? 0 : total - done.keys);
    engine.emit({
      kind: 'data_progress',
      version: work.version,
      direction: work.direction,
      pass: this.#range?.pass ?? 1,
      rows: done.rows,
      keys: done.keys,
      keysTotal: total,
      keysPerSecond,
      remainingMs: total === undefined ? undefined : left,
      batchMs,
      size: this.#pace.size,
      workers: done.workers,
      held,
    });
  }

  #run(): Promise<DataRun | undefined> {
    const { session, control, work } = this.#lane;
    return readRun(session, control.names, work.version);
  }

  /** Holds no transaction; says every few seconds that the worker lives. */
  async #rest(batchMs: number): Promise<void> {
    let left = restMs(batchMs, this.#lane.pause, this.#slowly);
    while (left > 0) {
      const now = Math.min(left, RENEW_RANGE_MS);
      await pause(now, this.#lane.engine.signal);
      left -= now;
      if (left > 0 && this.#range)
        await inTransaction(this.#lane, [renewRangeItem(this.#lane.control.names, this.#range)]);
    }
  }

  async #release(): Promise<void> {
    const range = this.#range;
    if (!range || this.#lane.session.lost) return;
    const release = () => inTransaction(this.#lane, [releaseItem(this.#lane.control.names, range)]);
    await despiteCancel(release).catch(() => {});
  }
}

function limitsWith(limits: PaceLimits, targetMs: number | null): PaceLimits {
  return targetMs === null ? limits : { ...limits, targetMs };
}

type Tried =
  | {
      readonly kind: 'done';
      readonly bounds: KeyRange;
      readonly isLast: boolean;
      readonly outcome: BatchOutcome & { kind: 'done' };
    }
  | { readonly kind: 'lost' }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly failure: DataFailure };

/** Of so many rows that fail it is the statement that is wrong. */
const SKIPPED_MAX = 1000;
const WAIT_MS = 300;
/** How far the run is is asked and told so often. */
const TELL_MS = 400;
