import type { Destruction } from '../../backup/destruction.ts';
import type { Kept } from '../../backup/kept.ts';
import { isOwnObject } from '../../ledger/layout/own-objects.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Statement } from '../../migration/migration.ts';
import type { Session } from '../../postgres/session.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import type { LockSubject } from '../locks/subject.ts';
import type { Around, WorkItem } from '../work-items.ts';
import { fillAgain, RELEASE, SAVEPOINT, withoutThose } from './asking.ts';
import { withCalled } from './called.ts';
import { Captures } from './captures.ts';
import { childRows } from './child-rows.ts';
import { Copying, type Place, type PlaceInFile } from './copying.ts';
import { takingId } from './describe.ts';
import { copyingFailed } from './keep-problems.ts';
import { enterOwnPath, underOwnPath } from './own-path.ts';
import type { Destroying } from './read-destroying.ts';
import { changesOf } from './relations.ts';
import { type Remembered, RememberedRelations } from './remembered.ts';
import { type Held, settle } from './settle.ts';
import { SharedStores } from './shared-stores.ts';
import { shownKept } from './shown.ts';
import { hasLost, type Standing, standingOf } from './standing.ts';
import { freeName } from './store.ts';
import type { Taking } from './taking.ts';
import { takingsOf } from './takings.ts';
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
  #stores: SharedStores;
  #remembered = new RememberedRelations();
  /** By its OID, whether a relation was there before this transaction. */
  readonly #wereThere = new Map<string, boolean>();
  readonly #captures: Captures;
  readonly #copying: Copying;

  constructor(
    { engine, control }: { readonly engine: Engine; readonly control: Control },
    file: { readonly version: string; readonly direction: 'apply' | 'rollback'; readonly destroying: Destroying },
  ) {
    this.#engine = engine;
    this.#control = control;
    this.#version = file.version;
    this.#direction = file.direction;
    this.#destroying = file.destroying;
    this.#captures = new Captures({ engine, control }, file);
    this.#copying = new Copying({ engine, control }, file, { captures: this.#captures, stores: () => this.#stores });
    this.#stores = this.#noStores();
  }

  #noStores(): SharedStores {
    return new SharedStores((taking) => this.#copying.titleOf(taking));
  }

  /** A transaction begins. */
  begin(): void {
    this.#stores = this.#noStores();
    this.#remembered = new RememberedRelations();
    this.#wereThere.clear();
    this.#captures.begin();
    this.#copying.begin();
  }

  /** For a statement that destroys something; `lockTimeoutMs`: how long anybody may be kept waiting by a copy. */
  around(session: Session, statement: Statement, lockTimeoutMs: number): Around | undefined {
    const destructions = this.#destroying(statement);
    if (!OF_ROWS.has(statement.words[0] ?? '')) this.#remembered = new RememberedRelations();
    if (destructions.length === 0) return undefined;
    let taken: Taken | undefined;
    return {
      before: async () => {
        taken = await this.#keepAll({ session, statement, lockTimeoutMs }, destructions);
      },
      after: async (tag) => {
        if (taken?.unread) await this.#tellLost({ session, statement, lockTimeoutMs }, taken.unread);
        if (taken) await this.#settle({ session, statement, lockTimeoutMs }, taken, tag);
      },
    };
  }

  /** The event of what was kept, for the end of the transaction; read when it has come. */
  *records(): Generator<WorkItem> {
    for (const item of this.#stores.drops()) yield { item };
    const { kept } = this.#stores;
    if (kept.length === 0) return;
    const to = this.#engine.settings.backup.to === 'file' ? { to: 'file' } : {};
    const detail = { scope: 'scoped', direction: this.#direction, ...to, kept };
    const event = { event: 'backed_up' as const, version: this.#version, detail };
    yield { item: eventItem(this.#control.names, this.#engine.run, event) };
  }

  /** Says what was kept: the transaction is committed. */
  tell(): void {
    for (const kept of this.#stores.kept) {
      this.#engine.emit({ kind: 'kept', version: this.#version, rows: kept.rows, ...shownKept(kept) });
    }
    this.#stores = this.#noStores();
    this.#captures.committed();
  }

  async #keepAll(at: Place, destructions: readonly Destruction[]): Promise<Taken> {
    this.#stores.beginStatement();
    const held: Held[] = [];
    let asked: Taking | undefined;
    try {
      const all = await withCalled(at.session, destructions, this.#destroying.inside);
      const reasons = all.flatMap((one) => (one.kind === 'unforeseen' ? [one.why] : []));
      for (const destruction of all) {
        const known = await this.#remembered.look(at.session, destruction);
        const takings = known?.takings ?? (await takingsOf(at.session, destruction));
        if (!known) this.#remembered.learn(takings);
        for (const taking of takings) asked = (await this.#keep(at, taking, known, held)) ?? asked;
        for (const taking of await this.#comeMeanwhile(at, destruction, takings))
          await this.#keep(at, taking, undefined, held);
      }
      if (reasons.length === 0) return { held, asked };
      const standing = await standingOf({ engine: this.#engine, control: this.#control }, at.session);
      return { held, asked, unread: { reasons, standing } };
    } catch (error) {
      const { aborted: stopped } = this.#engine.signal;
      throw copyingFailed(error, { version: this.#version, statement: at.statement, stopped });
    }
  }

  /** Returns it where its rows were asked for as the statement will. */
  async #keep(at: Place, taking: Taking, known: Remembered | undefined, held: Held[]): Promise<Taking | undefined> {
    if (!(await this.#wasThere(taking)) || !this.#isKept(at, taking)) return undefined;
    if (known && (await this.#takeAgain(at, known, taking, held))) return taking;
    return underOwnPath(at.session, async (file, otherRole) => {
      // As another role it may see fewer of them.
      const one = taking.ofFile && otherRole ? { ...taking, superset: true } : taking;
      await this.#takeIfAsked({ ...at, file }, one, held);
      return one.ofFile ? one : undefined;
    });
  }

  /** What depends on what is dropped by now, and did not before that was locked: nothing more can come. */
  async #comeMeanwhile(at: Place, destruction: Destruction, takings: readonly Taking[]): Promise<readonly Taking[]> {
    if (!('cascade' in destruction) || !destruction.cascade) return [];
    const known = new Set(takings.map(takingId));
    return (await takingsOf(at.session, destruction)).filter((one) => !known.has(takingId(one)));
  }

  /** A block that makes its SQL itself may have done no harm: on a new database, none does. */
  async #tellLost(at: Place, { reasons, standing }: Unread): Promise<void> {
    if (!(await hasLost(at.session, standing))) return;
    for (const why of reasons) this.#tellUnforeseen(at, why);
  }

  /** What this transaction has made itself, nobody misses; the other session sees only what is committed. */
  async #wasThere({ relation }: Taking): Promise<boolean> {
    const { schema, name, oid } = relation;
    if (isOwnObject({ kind: 'table', schema, name }, this.#engine.settings.trackingSchema)) return false;
    const asked = 'SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = $1::pg_catalog.oid';
    const known = this.#wereThere.get(oid) ?? (await this.#control.session.query(asked, [oid])).length > 0;
    this.#wereThere.set(oid, known);
    return known;
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

  /**
   * Where more is asked than the statement itself says, the server may refuse the question and take the statement: then that runs
   * as it would without us.
   */
  async #takeIfAsked(at: PlaceInFile, taking: Taking, held: Held[]): Promise<void> {
    if (!taking.superset) return this.#take(at, taking, held);
    const { session } = at;
    const before = held.length;
    await session.batch([[SAVEPOINT]]);
    try {
      await this.#take(at, taking, held);
      await session.batch([[RELEASE]]);
    } catch (error) {
      await this.#notAsked(at, error, held.slice(0, before));
      held.length = before;
    }
  }

  /** `held`: of the statement, without what was asked for. */
  async #notAsked(at: Place, error: unknown, held: readonly Held[]): Promise<void> {
    if (!isDatabaseError(error) || !NOT_ASKED.test(error.code ?? '')) throw error;
    await at.session.batch([[{ sql: 'ROLLBACK TO SAVEPOINT taskflow_ask' }, RELEASE]]);
    this.#stores.undone(held.map(({ kept }) => kept));
    this.#tellUnforeseen(at, `its rows cannot be asked for beforehand (${error.message})`);
  }

  /** Of a kind of which there were others, without what could only be learned of the catalog; whether it was taken. */
  async #takeAgain(at: Place, known: Remembered, taking: Taking, held: Held[]): Promise<boolean> {
    const { kind, relation, superset } = taking;
    const stage = kind === 'deleted' && relation.referred ? undefined : this.#stores.readyFor(taking);
    if (!stage) return false;
    try {
      const again = await fillAgain(at.session, taking, stage, known);
      if (again.kept.rows > 0) held.push(again);
      await this.#copying.refuseLarge(at.session, stage);
    } catch (error) {
      if (!superset) throw error;
      await this.#notAsked(at, error, held);
    }
    return true;
  }

  /** With what its foreign keys take along; `held` is what the statement has taken so far. */
  async #take(at: PlaceInFile, taking: Taking, held: Held[]): Promise<void> {
    const before = taking.superset && taking.ofFile ? { changes: await changesOf(at.session, taking.relation) } : {};
    const kept = await this.#copying.copy(at, withoutThose(taking, held));
    if (kept) held.push({ taking, kept, ...before });
    if (kept?.kind !== 'deleted') return;
    const all = held.map((one) => one.kept);
    for (const child of await childRows(at.session, taking, kept, all)) {
      if (this.#isKept(at, child)) await this.#take(at, child, held);
    }
  }

  /**
   * Before the transaction: copies the tables that are too large to be copied while they are locked. `statements`: all of the
   * file, in order.
   */
  prepare(subject: LockSubject, statements: Iterable<Statement>): Promise<void> {
    return this.#captures.prepare(subject, statements);
  }

  /** The file has failed: nobody waits for what was copied for it. */
  abandon(subject: LockSubject): Promise<void> {
    return this.#captures.abandon(subject);
  }

  async #settle(at: Place, { held, asked }: Taken, tag: string): Promise<void> {
    if (held.length === 0 && !asked) return;
    const { session, statement } = at;
    const warn = (why: string) => this.#tellUnforeseen(at, why);
    const keep = (taking: Taking) => this.#copying.fill(session, taking);
    const discarding = (kept: Kept) => this.#stores.discarding(kept);
    const { leave } = await enterOwnPath(session);
    const settled = await settle({ session, statement, warn, keep, discarding }, held, asked, tag);
    let left = false;
    for (const [i, kept] of settled.entries()) {
      const behind = i === settled.length - 1 ? leave : [];
      left = await this.#stores.add(session, kept, {
        name: () => freeName(session, this.#control, this.#version),
        behind,
      });
    }
    if (!left) await session.batch([leave]);
  }
}

/** Statements that leave all relations as they are. */
const OF_ROWS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** Data exceptions, and names, types and privileges that do not fit (manual, Appendix A, classes 22 and 42). */
const NOT_ASKED = /^(?:22|42)/;

interface Taken {
  readonly held: readonly Held[];
  /** The rows that a statement was asked for, the last of them. */
  readonly asked: Taking | undefined;
  readonly unread?: Unread;
}

/** What of a statement cannot be read beforehand, and what there was before it. */
interface Unread {
  readonly reasons: readonly string[];
  readonly standing: Standing;
}
