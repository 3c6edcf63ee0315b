import { copiedBytes } from '../../backup/estimate.ts';
import { shownTable } from '../../backup/wanted-table.ts';
import type { Statement } from '../../migration/migration.ts';
import type { Session } from '../../postgres/session.ts';
import { removeOrphans } from '../backup/scoped-orphans.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { LockSubject } from '../locks/subject.ts';
import { abandonedCaptures, type Capture, capture, catchUpIn, endCaptureIn, giveUp, refuseMoved } from './capture.ts';
import { type Described, describeTaking, takingId, titleOf } from './describe.ts';
import { withoutRoom } from './file-room.ts';
import { inTransaction } from './in-transaction.ts';
import { copyingLargeFailed } from './keep-problems.ts';
import { UnderLock } from './lock-to-copy.ts';
import { underOwnPath } from './own-path.ts';
import type { Destroying } from './read-destroying.ts';
import { ensureSchema, freeName, runOfStore } from './store.ts';
import { refuseWithoutRoom } from './store-room.ts';
import type { Taking } from './taking.ts';
import { takingsOf } from './takings.ts';
import { unkeptBecause } from './unkept.ts';

/** The large tables that one file destroys, each copied before the transaction that destroys it, while it is in use. */
export class Captures {
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #version: string;
  readonly #direction: 'apply' | 'rollback';
  readonly #destroying: Destroying;
  readonly #all = new Map<string, Capture>();
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
    this.#ended.clear();
  }

  /** The transaction is committed. */
  committed(): void {
    for (const id of this.#ended) this.#all.delete(id);
  }

  of(taking: Taking): Capture | undefined {
    return this.#all.get(takingId(taking));
  }

  /** The table is locked: copies the last rows in the caller's transaction. How many rows there are, but for those of catchUpIn. */
  async end(session: Session, captured: Capture): Promise<number> {
    await refuseMoved(session, captured);
    const rows = captured.rows + (await catchUpIn(session, captured));
    await endCaptureIn(session, captured);
    this.#ended.add(takingId(captured.taking));
    return rows;
  }

  /** Before the transaction; `statements`: all of the file, in order. */
  async prepare(subject: LockSubject, statements: Iterable<Statement>): Promise<void> {
    await this.#clearAbandoned(subject);
    const underLock = new UnderLock();
    for (const statement of statements) {
      for (const destruction of this.#destroying(statement)) {
        const takings = await inTransaction(subject.worker, (session) => takingsOf(session, destruction));
        for (const taking of takings.filter((one) => one.exclusive && !unkeptBecause(one))) {
          if (this.#all.has(takingId(taking))) continue;
          if (this.#isCaptured(taking, underLock, subject.lockTimeoutMs))
            this.#all.set(takingId(taking), await this.#capture(subject, taking));
          else underLock.add(taking.relation);
        }
      }
    }
  }

  /** The file has failed: nobody waits for what was copied for it. */
  async abandon(subject: LockSubject): Promise<void> {
    for (const one of this.#all.values()) {
      const problem = subject.worker.session.lost ? undefined : await giveUp(subject, one);
      if (problem) this.#engine.emit({ kind: 'warning', message: `${problem.message}; the next migrate removes it.` });
    }
    this.#all.clear();
  }

  #isCaptured(taking: Taking, underLock: UnderLock, lockTimeoutMs: number): boolean {
    const { relation, kind } = taking;
    const hasKey = describeTaking(taking, '').key.length > 0;
    return kind !== 'retyped' && hasKey && underLock.isLarge(relation, lockTimeoutMs);
  }

  async #capture(subject: LockSubject, taking: Taking): Promise<Capture> {
    const toFile = this.#engine.settings.backup.to === 'file';
    const full = withoutRoom(this.#engine, taking);
    if (full) throw full;
    if (!toFile) await refuseWithoutRoom(this.#engine, this.#control.session, taking);
    const store = await inTransaction(subject.worker, (session) =>
      underOwnPath(session, async () => {
        await ensureSchema(session);
        return freeName(session, this.#control, this.#version);
      }),
    );
    const kept = describeTaking(taking, store);
    const what = titleOf(taking, this.#version, this.#engine.run.runId);
    const since = performance.now();
    const progress = (done: number, total: number) => this.#tell(taking, { done, total, since });
    try {
      return await capture(subject, taking, kept, { what, toFile, direction: this.#direction, progress });
    } catch (error) {
      await giveUp(subject, { kept });
      throw copyingLargeFailed(error, taking.relation);
    }
  }

  #tell({ relation }: Taking, { done, total, since }: { done: number; total: number; since: number }): void {
    const phase = `copying ${shownTable(relation)}`;
    const of = { version: this.#version, step: 1, steps: 1, unit: 'blocks', waitsFor: null } as const;
    const bytes = copiedBytes(done / Math.max(1, total), relation.bytes, performance.now() - since);
    this.#engine.emit({ kind: 'progress', ...of, phase, done, total, bytes });
  }

  async #clearAbandoned(subject: LockSubject): Promise<void> {
    for (const kept of await abandonedCaptures(this.#control.session)) {
      await this.#removeBaseOf(kept);
      const problem = await giveUp(subject, { kept });
      if (problem) throw problem;
      const message = `A copy of ${kept.schema}.${kept.table} that an earlier run had begun and not finished is removed.`;
      this.#engine.emit({ kind: 'note', message });
    }
  }

  /** The trigger is there, so the transaction that would have put the file on record was not committed. */
  async #removeBaseOf({ store }: Described): Promise<void> {
    const runId = await runOfStore(this.#control.session, store);
    if (runId !== undefined) await removeOrphans(this.#engine, this.#control, [{ runId, kept: [{ store }] }]);
  }
}
