import { setTimeout } from 'node:timers/promises';
import type { Migration } from '../migration/migration.ts';
import type { Batch, BatchFailure, BatchItem, ItemResult } from '../postgres/pipeline.ts';
import type { Row } from '../postgres/row.ts';
import type { BatchWatch, Session } from '../postgres/session.ts';
import { OWN_ROLE, pinSettings, type SessionPins } from '../postgres/session-settings.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { CLEAN_UP, CLEAN_UP_POOLED, UNLOCK_ALL } from './session-clean-up.ts';
import { chunks, runAround, type WorkFailure, type WorkItem, type WorkWatch } from './work-items.ts';

/** The modes are written out: what the file before set as the default of transactions to come does not hold for ours. */
const BEGIN: WorkItem = { item: { sql: 'BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE, NOT DEFERRABLE' } };

const COMMIT: WorkItem = { item: { sql: 'COMMIT' } };
const DEALLOCATE: WorkItem = { item: { sql: 'DEALLOCATE ALL' } };

/** In a statement, a function's body or a comment. */
export function mayChangeRole(migration: Migration): boolean {
  return migration.large !== undefined || /\b(?:ROLE|AUTHORIZATION)\b/i.test(migration.text);
}

/** In a statement, a function's body or a comment: what it costs to be wrong is one more statement. */
export function mayPrepare(migration: Migration): boolean {
  return migration.large !== undefined || /\bPREPARE\b/i.test(migration.text);
}

/**
 * The session that runs people's SQL. Between two files it is made as new, then pinned again: no setting, role, prepared
 * statement, temporary table or lock of one file reaches the next.
 */
export class Worker {
  readonly session: Session;
  readonly #control: Control;
  readonly #pins: SessionPins;
  readonly #pinItem: BatchItem;
  readonly #live: boolean;
  /**
   * Behind a pooler the next transaction may meet another server process, which does not know our names; and what one
   * leaves in the session is met by whoever gets that process next.
   */
  readonly #pooled: boolean;
  #used = false;
  #prepares = false;

  constructor(engine: Engine, control: Control, session: Session) {
    if (control.fence === undefined) throw new Error('a run works under a lease');
    this.session = session;
    this.#control = control;
    const pins = workerPins(engine);
    this.#pins = { ...pins, custom: { ...pins.custom, [OWN_ROLE]: control.role } };
    this.#pinItem = { ...pinSettings(this.#pins, 'transaction'), name: 'taskflow_pins' };
    this.#live = engine.live;
    this.#pooled = control.server.pooled;
  }

  /**
   * Opens a transaction in a session that is as new, and under the run's lease. Clean-up and pins stand inside it: were
   * they refused (an unknown role), nothing after them would run. `prepares`: the file's text may leave prepared statements.
   */
  begin(prepares: boolean): WorkItem[] {
    return [BEGIN, ...(this.#used && !this.#pooled ? CLEAN_UP : []), ...this.#pinned(prepares)];
  }

  /** As new between two files that share a transaction. */
  between(prepares: boolean): WorkItem[] {
    return [...(this.#pooled ? CLEAN_UP_POOLED : CLEAN_UP), ...this.#pinned(prepares)];
  }

  #pinned(prepares: boolean): WorkItem[] {
    const items = [...(this.#prepares ? [DEALLOCATE] : []), ...this.#ours().map((item) => ({ item }))];
    this.#used = true;
    this.#prepares = prepares;
    return items;
  }

  /** The session as new within the open transaction, for a file that is tried more than once in it. */
  afresh(prepares: boolean): WorkItem[] {
    return [...CLEAN_UP, ...(prepares ? [DEALLOCATE] : []), { item: this.#pinItem }];
  }

  /** Ends it. Behind a pooler nothing of it may stay in the server process. */
  commit(): WorkItem[] {
    return this.#pooled ? [...CLEAN_UP_POOLED, COMMIT] : [COMMIT];
  }

  /** Gives up the open transaction. A lock that its session took outlives that, and behind a pooler the session, too. */
  async rollback(): Promise<void> {
    if (this.session.lost || this.session.transactionStatus === 'I') return;
    const rollback = { sql: 'ROLLBACK' };
    await this.session.batch([this.#pooled ? [rollback, UNLOCK_ALL] : [rollback]]);
  }

  /** Items of our own as a transaction of its own, to go before others. */
  apart(items: readonly BatchItem[]): BatchItem[] {
    return [...this.#ours(), ...items];
  }

  /** Pins and fence: what every transaction begins with. */
  #ours(): BatchItem[] {
    return [this.#pinItem, ...this.#control.fenceItems];
  }

  /**
   * Takes back the role that the file may have left the session with, before the tool's own tables are written. `roles`:
   * the file's text speaks of roles.
   */
  ownRole(roles: boolean): WorkItem[] {
    if (!roles) return [];
    const role = this.#pins.role ?? 'none';
    return [
      { item: { sql: 'SET SESSION AUTHORIZATION DEFAULT' } },
      { item: { sql: "SELECT pg_catalog.set_config('role', $1, false)", params: [role] } },
    ];
  }

  /** As begin, for a file whose statements run outside a transaction. */
  async renew(): Promise<void> {
    if (this.#used && !this.#pooled) await this.session.query('DISCARD ALL');
    this.#used = true;
  }

  /** For statements outside any transaction: the pins by themselves, to be awaited before anything runs. */
  pinItem(lockTimeoutMs: number, statementTimeoutMs = this.#pins.statementTimeoutMs): BatchItem {
    return pinSettings({ ...this.#pins, lockTimeoutMs, statementTimeoutMs }, 'session');
  }

  /**
   * Runs one statement outside any transaction, under these timeouts, behind more `settings`, which are those of the session
   * then. First comes a transaction that makes them and prolongs the lease, then the statement, all in front of one Sync:
   * were the settings refused or the lease lost, the server would skip the statement, however late it got to see it. A COMMIT
   * ends its transaction before that Sync, so that the statement finds itself outside one (manual, "Pipelining"). Behind a
   * pooler the removal of the settings goes along; for one Sync it gives one server process.
   */
  async runAlone(
    one: WorkItem,
    timeouts: AloneTimeouts,
    watch: WorkWatch,
    settings: readonly BatchItem[] = [],
  ): Promise<{ failure?: WorkFailure }> {
    const before = [
      BEGIN.item,
      OWN_USER,
      this.pinItem(timeouts.lockTimeoutMs, timeouts.statementTimeoutMs),
      ...this.#control.prolongItems,
      PROCESS_ID,
      ...settings,
      COMMIT.item,
    ];
    const reset = this.#pooled ? CLEAN_UP_POOLED.map(({ item }) => item) : [];
    const place = before.length;
    const { results, failure } = await this.session.runBatch(
      [[...before, one.item, ...reset]],
      watchAlone(one, place, watch),
    );
    if (!failure) return {};
    if (failure.item < place) {
      await this.rollback();
      throw failure.error;
    }
    if (this.#pooled) await this.#clearProcess(processIn(results[0]));
    if (failure.item > place) throw failure.error;
    return { failure: { error: failure.error, ...(one.statement ? { statement: one.statement } : {}) } };
  }

  /**
   * Takes what was set out of this server process of the pool. A pooler prefers the process that was used last, but others
   * may have got it in between: then asks again.
   */
  async #clearProcess(pid: string | null | undefined): Promise<void> {
    const items = [...CLEAN_UP_POOLED.map(({ item }) => item), PROCESS_ID];
    for (let tries = 0; tries < CLEAR_TRIES; tries++) {
      if (tries > 0) await setTimeout(CLEAR_PAUSE_MS);
      const { results } = await this.session.batch([items]);
      if (processIn(results[0]) === pid) return;
    }
    throw settingsLeft(pid);
  }

  /** Asks something of ours where such a statement would run, in one transaction with its settings. */
  async askAlone(question: BatchItem, timeouts: AloneTimeouts, settings: readonly BatchItem[]): Promise<Row[]> {
    const before = [this.pinItem(timeouts.lockTimeoutMs, timeouts.statementTimeoutMs), ...settings];
    const reset = this.#pooled ? CLEAN_UP_POOLED.map(({ item }) => item) : [];
    const batch = await this.session.batch([[...before, { ...question, rows: true }, ...reset]]);
    return batch.results[0]?.[before.length]?.rows ?? [];
  }

  /**
   * Sends the items in chunks, the preamble with the first, all inside one transaction that the items themselves open and
   * close. Returns the last batch, or the failure; throws when the connection is lost.
   */
  async send(
    items: Iterable<WorkItem>,
    watch: WorkWatch,
    preamble: readonly BatchItem[][] = [],
  ): Promise<{ failure?: WorkFailure; last?: Batch }> {
    let last: Batch | undefined;
    let before = preamble;
    for (const chunk of chunks(items)) {
      const failed = await runAround(chunk[0], (around) => around.before());
      if (failed) return { failure: failed };
      last = await this.sendTogether([chunk], () => watch, before);
      if (last.failure) return { failure: failureIn(last.failure, chunk, before.length) };
      before = [];
      const tag = last.results.at(-1)?.at(-1)?.tag ?? '';
      const failedBehind = await runAround(chunk[0], (around) => around.after(tag));
      if (failedBehind) return { failure: failedBehind };
    }
    return last ? { last } : {};
  }

  /**
   * Writes several parts at once with one Sync behind them; each part's answers are sent when it ends. `watchOf` gives what
   * watches over a part. What goes before are announcements, each a transaction of its own: that one of them failed says
   * nothing of the parts, which the server has run all the same, and they would be run twice.
   */
  async sendTogether(
    parts: readonly (readonly WorkItem[])[],
    watchOf: (part: number) => WorkWatch,
    before: readonly BatchItem[][] = [],
  ): Promise<Batch> {
    const ends = partEnds(parts);
    const items = parts.flatMap((part) => part.map((one, i) => this.#flushed(one, i === part.length - 1)));
    const all = parts.flat();
    let current = 0;
    const { results, failures = [] } = await this.session.runBatch([...before, items], {
      onItem: (segment, index, result) => {
        if (segment < before.length) return;
        while (index >= ends[current]!) current++;
        const { statement } = all[index]!;
        if (statement) watchOf(current).onStatement?.(statement, result.tag);
        else watchOf(current).onOther?.(result);
      },
      onNotice: (notice) => watchOf(current).onNotice?.(notice),
    });
    const failure = failures.find(({ segment }) => segment >= before.length);
    return failure ? { results, failure } : { results };
  }

  #flushed({ item, statement }: WorkItem, last: boolean): BatchItem {
    return last || (this.#live && statement) ? { ...item, flush: true } : item;
  }
}

interface AloneTimeouts {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs?: number | undefined;
}

/** The role that the statement before was run as may not write the lease. */
const OWN_USER: BatchItem = { sql: 'SET SESSION AUTHORIZATION DEFAULT' };

function processIn(results: readonly ItemResult[] | undefined): string | null | undefined {
  return results?.find(({ rows }) => rows[0]?.pid != null)?.rows[0]?.pid;
}

const PROCESS_ID: BatchItem = { sql: 'SELECT pg_catalog.pg_backend_pid() AS pid', rows: true };

function watchAlone(one: WorkItem, place: number, watch: WorkWatch): BatchWatch {
  return {
    onItem: (_, item, result) => {
      if (item === place && one.statement) watch.onStatement?.(one.statement, result.tag);
    },
    onNotice: (notice) => watch.onNotice?.(notice),
  };
}

const CLEAR_TRIES = 50;
const CLEAR_PAUSE_MS = 40;
function settingsLeft(pid: string | null | undefined): Problem {
  return new Problem('connection', 'the pooler moved the session to another server process behind a failed step', {
    found: 'a transaction pooler that is too busy to give the same server process twice',
    state: `The step failed. Settings of this run (role, search_path, timeouts) are left in server process ${pid ?? '?'} of the pool.`,
    next: [
      `End that process, so that the pooler opens another: SELECT pg_terminate_backend(${pid ?? 'PID'});`,
      'Give a direct URL of the server, past the pooler, and run the command again: it looks what became of the step.',
    ],
  });
}

/** For each part the index, in all items, of what comes behind it. */
function partEnds(parts: readonly (readonly WorkItem[])[]): number[] {
  let end = 0;
  return parts.map((part) => (end += part.length));
}

/** Which of the person's statements failed; `offset`: the segments that went before the items. */
export function failureIn(failure: BatchFailure, items: readonly WorkItem[], offset: number): WorkFailure {
  const failed = failure.segment === offset ? items[failure.item] : undefined;
  const { statement, part } = failed ?? {};
  return { error: failure.error, ...(statement ? { statement } : {}), ...(part ? { part } : {}) };
}

/** What a session that runs people's SQL is pinned to. */
export function workerPins(engine: Engine): SessionPins {
  const { settings } = engine;
  return {
    ...(settings.role === undefined ? {} : { role: settings.role }),
    ...(settings.searchPath === undefined ? {} : { searchPath: settings.searchPath }),
    statementTimeoutMs: settings.statementTimeoutMs,
    lockTimeoutMs: settings.lockTimeoutMs,
    custom: {
      'taskflow.tracking_schema': settings.trackingSchema,
      'taskflow.run_id': engine.run.runId,
      'taskflow.legacy_time_zone': settings.legacyTimeZone ?? '',
    },
  };
}
