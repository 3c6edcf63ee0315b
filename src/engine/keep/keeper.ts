import type { Destruction } from '../../backup/destruction.ts';
import type { Kept } from '../../backup/kept.ts';
import { countUntouched, forgetUntouched, noteAfter } from '../../backup/kept-sql.ts';
import { isOwnObject } from '../../ledger/layout/own-objects.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Statement } from '../../migration/migration.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import type { Problem } from '../../problem/problem.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { LockSubject } from '../locks/subject.ts';
import type { Around, WorkItem } from '../work-items.ts';
import { abandonedCaptures, type Capture, capture, catchUpIn, endCaptureIn, giveUp } from './capture.ts';
import { childRows } from './child-rows.ts';
import { describeTaking, takingId, titleOf } from './describe.ts';
import { inTransaction } from './in-transaction.ts';
import { copyingFailed, moreTouched, tooLarge } from './keep-problems.ts';
import { sequencesOf } from './keep-sequences.ts';
import { isLarge, lockToCopy, withCopySettings } from './lock-to-copy.ts';
import { OWN_PATH, underOwnPath } from './own-path.ts';
import type { Destroying } from './read-destroying.ts';
import { shownKept } from './shown.ts';
import { ensureSchema, fillStore, freeName } from './store.ts';
import { type Taking, takingsOf } from './takings.ts';
import { unkeptBecause } from './unkept.ts';

/** For a version that is applied, where it destroys something. */
export function keeperOf(
  of: { readonly engine: Engine; readonly control: Control },
  version: string,
  destroying: ReadonlyMap<string, Destroying>,
): Keeper | undefined {
  const mine = destroying.get(version);
  return mine && new Keeper(of, { version, direction: 'apply', destroying: mine });
}

/**
 * Keeps what the statements of one file destroy, in the transaction that destroys it: either both are there or neither. One is
 * made for each file, and told when a transaction begins, because what was kept in one that was given up is gone with it.
 */
export class Keeper {
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #version: string;
  readonly #direction: 'apply' | 'rollback';
  readonly #destroying: Destroying;
  #kept: Kept[] = [];
  readonly #captures = new Map<string, Capture>();
  /** Those that this transaction has come to the end of. */
  readonly #ended = new Set<string>();

  constructor(
    { engine, control }: { readonly engine: Engine; readonly control: Control },
    file: { readonly version: string; readonly direction: 'apply' | 'rollback'; readonly destroying: Destroying },
  ) {
    this.#engine = engine;
    this.#control = control;
    this.#version = file.version;
    this.#direction = file.direction;
    this.#destroying = file.destroying;
  }

  /** A transaction begins. */
  begin(): void {
    this.#kept = [];
    this.#ended.clear();
  }

  /** For a statement that destroys something; `lockTimeoutMs`: how long anybody may be kept waiting by a copy. */
  around(session: Session, statement: Statement, lockTimeoutMs: number): Around | undefined {
    const destructions = this.#destroying(statement);
    if (destructions.length === 0) return undefined;
    let taken: Taken | undefined;
    return {
      before: async () => {
        taken = await this.#keepAll({ session, statement, lockTimeoutMs }, destructions);
        this.#kept.push(...taken.kept);
      },
      after: (tag) => this.#settle({ session, statement, lockTimeoutMs }, taken, tag),
    };
  }

  /** The event of what was kept, for the end of the transaction; read when it has come. */
  *records(): Generator<WorkItem> {
    if (this.#kept.length === 0) return;
    const detail = { scope: 'scoped', direction: this.#direction, kept: this.#kept };
    const event = { event: 'backed_up' as const, version: this.#version, detail };
    yield { item: eventItem(this.#control.names, this.#engine.run, event) };
  }

  /** Says what was kept: the transaction is committed. */
  tell(): void {
    for (const kept of this.#kept) {
      this.#engine.emit({ kind: 'kept', version: this.#version, rows: kept.rows, ...shownKept(kept) });
    }
    this.#kept = [];
    for (const id of this.#ended) this.#captures.delete(id);
  }

  async #keepAll(at: Place, destructions: readonly Destruction[]): Promise<Taken> {
    const kept: Kept[] = [];
    let rowsOf: Taking | undefined;
    try {
      for (const destruction of destructions) {
        if (destruction.kind === 'unforeseen') this.#tellUnforeseen(at, destruction.why);
        for (const taking of await takingsOf(at.session, destruction)) {
          if (!(await this.#wasThere(taking)) || !this.#isKept(at, taking)) continue;
          if (!taking.exclusive) rowsOf = taking;
          await underOwnPath(at.session, (filePath) => this.#take({ ...at, filePath }, taking, kept));
        }
      }
      return { kept, rowsOf };
    } catch (error) {
      const { aborted: stopped } = this.#engine.signal;
      throw copyingFailed(error, { version: this.#version, statement: at.statement, stopped });
    }
  }

  /** What this transaction has made itself, nobody misses; the other session sees only what is committed. */
  async #wasThere({ relation }: Taking): Promise<boolean> {
    const { schema, name, oid } = relation;
    if (isOwnObject({ kind: 'table', schema, name }, this.#engine.settings.trackingSchema)) return false;
    const asked = 'SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = $1::pg_catalog.oid';
    return (await this.#control.session.query(asked, [oid])).length > 0;
  }

  #isKept(at: Place, taking: Taking): boolean {
    const why = unkeptBecause(taking);
    if (why !== undefined) this.#tellUnforeseen(at, why);
    return why === undefined;
  }

  #tellUnforeseen({ statement }: Place, why: string): void {
    const message = `${this.#version}, line ${statement.line}: what it removes is not kept, because ${why}.`;
    this.#engine.emit({ kind: 'warning', message });
  }

  /** With what its foreign keys take along; `kept` is what the statement has taken so far. */
  async #take(at: PlaceInFile, taking: Taking, kept: Kept[]): Promise<void> {
    const one = await this.#copy(at, taking);
    if (one) kept.push(one);
    if (one?.kind !== 'deleted') return;
    for (const child of await childRows(at.session, taking.relation.oid, one, kept)) {
      if (this.#isKept(at, child)) await this.#take(at, child, kept);
    }
  }

  #copy(at: PlaceInFile, taking: Taking): Promise<Kept | undefined> {
    const { session, lockTimeoutMs } = at;
    const { relation, exclusive } = taking;
    const captured = this.#captures.get(takingId(taking));
    if (!captured && exclusive && isLarge(relation, lockTimeoutMs))
      return this.#refuse(tooLarge(relation, lockTimeoutMs));
    return withCopySettings(session, async () => {
      // As much as can be is done before others have to wait.
      const before = captured ? await catchUpIn(session, captured) : 0;
      if (exclusive) await lockToCopy(session, relation, lockTimeoutMs);
      if (captured) return this.#finished(session, captured, before);
      const path = taking.ofFile ? setLocal('search_path', at.filePath) : OWN_PATH;
      const asked = { sql: `SELECT EXISTS (SELECT FROM ${taking.from}) AS any`, rows: true };
      const { results } = await session.batch([[path, asked, OWN_PATH]]);
      return results[0]?.[1]?.rows[0]?.any === 't' ? this.#fill(session, taking, path) : undefined;
    });
  }

  /** A migration can wait. A way back cannot: who takes it has been told what it loses. */
  async #refuse(problem: Problem): Promise<undefined> {
    if (this.#direction === 'apply') throw problem;
    this.#engine.emit({ kind: 'warning', message: `${this.#version}: what is lost is not kept: ${problem.message}.` });
  }

  async #finished(session: Session, captured: Capture, before: number): Promise<Kept> {
    const rows = captured.rows + before + (await catchUpIn(session, captured));
    await endCaptureIn(session, captured);
    this.#ended.add(takingId(captured.taking));
    return { ...captured.kept, rows, sequences: await this.#sequences(session, captured.taking) };
  }

  async #fill(session: Session, taking: Taking, path: BatchItem): Promise<Kept> {
    await ensureSchema(session);
    const described = describeTaking(taking, await freeName(session, this.#version));
    const what = titleOf(taking, this.#version, this.#engine.run.runId);
    const rows = await fillStore(session, described, { ...taking, what, path });
    return { ...described, rows, sequences: await this.#sequences(session, taking) };
  }

  async #sequences(session: Session, { kind, relation }: Taking): Promise<Kept['sequences']> {
    return kind === 'table' || kind === 'truncated' ? sequencesOf(session, relation.sequences) : [];
  }

  /**
   * Before the transaction: copies the tables that are too large to be copied while they are locked. `statements`: all of the
   * file, in order.
   */
  async prepare(subject: LockSubject, statements: Iterable<Statement>): Promise<void> {
    await this.#clearAbandoned(subject);
    for (const statement of statements) {
      for (const destruction of this.#destroying(statement)) {
        const takings = await inTransaction(subject.worker, (session) => takingsOf(session, destruction));
        for (const taking of takings.filter(
          (one) => !unkeptBecause(one) && this.#isCaptured(one, subject.lockTimeoutMs),
        )) {
          this.#captures.set(takingId(taking), await this.#capture(subject, taking));
        }
      }
    }
  }

  #isCaptured(taking: Taking, lockTimeoutMs: number): boolean {
    const { exclusive, relation, kind } = taking;
    const known = this.#captures.has(takingId(taking));
    const hasKey = describeTaking(taking, '').key.length > 0;
    return !known && exclusive && kind !== 'retyped' && hasKey && isLarge(relation, lockTimeoutMs);
  }

  async #capture(subject: LockSubject, taking: Taking): Promise<Capture> {
    const store = await inTransaction(subject.worker, (session) =>
      underOwnPath(session, async () => {
        await ensureSchema(session);
        return freeName(session, this.#version);
      }),
    );
    const kept = describeTaking(taking, store);
    const phase = `copying ${[kept.schema, kept.table].map(displayIdentifier).join('.')}`;
    const progress = (done: number, total: number) =>
      this.#engine.emit({
        kind: 'progress',
        version: this.#version,
        step: 1,
        steps: 1,
        phase,
        done,
        total,
        unit: 'blocks',
        waitsFor: null,
      });
    const what = titleOf(taking, this.#version, this.#engine.run.runId);
    try {
      return await capture(subject, taking, kept, { what, progress });
    } catch (error) {
      await giveUp(subject, { kept });
      throw error;
    }
  }

  async #clearAbandoned(subject: LockSubject): Promise<void> {
    for (const kept of await abandonedCaptures(this.#control.session)) {
      const problem = await giveUp(subject, { kept });
      if (problem) throw problem;
      const message = `A copy of ${kept.schema}.${kept.table} that an earlier run had begun and not finished is removed.`;
      this.#engine.emit({ kind: 'note', message });
    }
  }

  /** The file has failed: nobody waits for what was copied for it. */
  async abandon(subject: LockSubject): Promise<void> {
    for (const one of this.#captures.values()) {
      const problem = subject.worker.session.lost ? undefined : await giveUp(subject, one);
      if (problem) this.#engine.emit({ kind: 'warning', message: `${problem.message}; the next migrate removes it.` });
    }
    this.#captures.clear();
  }

  async #settle(at: Place, taken: Taken | undefined, tag: string): Promise<void> {
    const { session } = at;
    const kept = taken?.kept ?? [];
    const touched = Number(/^(?:DELETE|UPDATE) (\d+)$/.exec(tag)?.[1] ?? 0);
    if (!taken?.rowsOf && !kept.some(hasAfter)) return;
    await underOwnPath(session, async () => {
      if (taken?.rowsOf) await this.#checkTouched(at, taken.rowsOf, kept[0], touched);
      const changed = this.#kept.slice(this.#kept.length - kept.length).filter(hasAfter);
      if (changed.length > 0) await session.batch([changed.map((one) => ({ sql: noteAfter(one) }))]);
    });
  }

  /** Whether the rows that were kept are those that the statement has changed: their places tell. */
  async #checkTouched({ session, statement }: Place, { relation }: Taking, kept: Kept | undefined, touched: number) {
    const rows = kept?.rows ?? 0;
    if (touched > rows) throw moreTouched(relation, { touched, rows }, statement);
    if (!kept) return;
    const [found] = await session.query(countUntouched(kept));
    const untouched = Number(found?.rows ?? 0);
    if (touched === rows && untouched === 0) return;
    // As many as were kept, but others: the condition answers differently each time.
    if (touched + untouched > rows) throw moreTouched(relation, { touched, rows: rows - untouched }, statement);
    const { results } = await session.batch([[{ sql: forgetUntouched(kept) }]]);
    const forgotten = Number(/ (\d+)$/.exec(results[0]?.[0]?.tag ?? '')?.[1] ?? 0);
    const why = `a trigger lets ${rows - touched} of its rows stay`;
    this.#tellUnforeseen({ session, statement, lockTimeoutMs: 0 }, why);
    this.#kept = this.#kept.map((one) => (one === kept ? { ...one, rows: rows - forgotten } : one));
  }
}

function hasAfter({ kind }: Kept): boolean {
  return kind === 'updated' || kind === 'retyped';
}

interface Place {
  readonly session: Session;
  readonly statement: Statement;
  readonly lockTimeoutMs: number;
}

interface PlaceInFile extends Place {
  /** The search_path that the file has set. */
  readonly filePath: string;
}

interface Taken {
  readonly kept: readonly Kept[];
  /** The rows that a DELETE or UPDATE was asked for. */
  readonly rowsOf: Taking | undefined;
}
