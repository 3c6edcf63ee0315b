import type { Kept } from '../../backup/kept.ts';
import type { Statement } from '../../migration/migration.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { asFile, isEmpty } from './asking.ts';
import { type Capture, catchUpIn } from './capture.ts';
import type { Captures } from './captures.ts';
import { describeTaking, titleOf } from './describe.ts';
import { withoutRoom } from './file-room.ts';
import { movedMeanwhile, tooLarge } from './keep-problems.ts';
import { sequencesOf } from './keep-sequences.ts';
import { lockToCopy, UnderLock, withCopySettings } from './lock-to-copy.ts';
import { originOf } from './origin.ts';
import { type FileSettings, OWN_PATH } from './own-path.ts';
import { describe, type OwnedSequence, type Relation } from './relations.ts';
import type { SharedStores } from './shared-stores.ts';
import { ensureSchema, fillStageOf, fillStore, freeName } from './store.ts';
import { refuseLargeStores } from './store-room.ts';
import { nameOf, type Taking } from './taking.ts';
import { seeingAll } from './unhindered.ts';

export interface Place {
  readonly session: Session;
  readonly statement: Statement;
  readonly lockTimeoutMs: number;
}

export interface PlaceInFile extends Place {
  readonly file: FileSettings;
}

/** What `from` of a taking is read under. */
type Settings = readonly BatchItem[];

const OWN: Settings = [OWN_PATH];

/** Copies what a statement destroys into a store, from the table itself or from the copy that was made beforehand. */
export class Copying {
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #version: string;
  readonly #direction: 'apply' | 'rollback';
  #underLock = new UnderLock();
  readonly #in: { readonly captures: Captures; readonly stores: () => SharedStores };

  /** `stores`: those of the transaction that is open. */
  constructor(
    { engine, control }: { readonly engine: Engine; readonly control: Control },
    { version, direction }: { readonly version: string; readonly direction: 'apply' | 'rollback' },
    into: { readonly captures: Captures; readonly stores: () => SharedStores },
  ) {
    this.#engine = engine;
    this.#control = control;
    this.#version = version;
    this.#direction = direction;
    this.#in = into;
  }

  /** A transaction begins. */
  begin(): void {
    this.#underLock = new UnderLock();
  }

  titleOf(taking: Taking): string {
    return titleOf(taking, this.#version, this.#engine.run.runId);
  }

  /** Undefined where there is nothing to keep, or where a way back goes on without. */
  copy(at: PlaceInFile, taking: Taking): Promise<Kept | undefined> {
    const { session, lockTimeoutMs } = at;
    const { relation, exclusive } = taking;
    const captured = this.#in.captures.of(taking);
    // What a way back would lose is more than that others wait for a while.
    const beside = this.#direction === 'apply' ? this.#underLock : new UnderLock();
    if (!captured && exclusive && beside.isLarge(relation, lockTimeoutMs))
      return this.#refuse(tooLarge(relation, beside.bytes, lockTimeoutMs));
    const full = captured ? undefined : withoutRoom(this.#engine, taking);
    if (full) return this.#refuse(full);
    return withCopySettings(session, async () => {
      // As much as can be is done before others have to wait.
      const before = captured ? await catchUpIn(session, captured) : 0;
      if (!exclusive) return this.#fillUnlessEmpty(session, taking, taking.ofFile ? asFile(at.file, taking) : OWN);
      const copyMs = beside.leftMs(lockTimeoutMs);
      await lockToCopy(session, relation, { lockTimeoutMs, copyMs });
      if (!captured) beside.add(relation);
      return beside.timed(async () => {
        await refuseAltered(session, relation);
        if (captured) return this.#finished(session, captured, before);
        return seeingAll(session, [nameOf(relation)], () => this.#fillUnlessEmpty(session, taking, OWN));
      });
    });
  }

  /** With all that the transaction has kept, and this is being added to. A way back is not held up by how much it keeps. */
  async refuseLarge(session: Session, { store }: Pick<Kept, 'store'>): Promise<void> {
    if (this.#direction === 'apply') await refuseLargeStores(this.#engine, session, this.#in.stores().filled(store));
  }

  /** A migration can wait. A way back cannot: who takes it has been told what it loses. */
  async #refuse(problem: Problem): Promise<undefined> {
    if (this.#direction === 'apply') throw problem;
    this.#engine.emit({ kind: 'warning', message: `${this.#version}: what is lost is not kept: ${problem.message}.` });
  }

  async #finished(session: Session, captured: Capture, before: number): Promise<Kept> {
    const rows = before + (await this.#in.captures.end(session, captured));
    await this.refuseLarge(session, captured.kept);
    const { base } = captured;
    return this.#known(session, captured.taking, { ...captured.kept, rows, ...(base ? { base } : {}) });
  }

  async #fillUnlessEmpty(session: Session, taking: Taking, settings: Settings): Promise<Kept | undefined> {
    const own = this.#in.stores().needsOwn(taking);
    if (own && (await isEmpty(session, taking, settings))) return undefined;
    const kept = await this.#fill(session, taking, settings, own);
    if (kept.rows === 0 && this.#in.stores().isStage(kept)) return undefined;
    await this.refuseLarge(session, kept);
    return kept;
  }

  /** Into a store, as it is now: no lock is taken, nobody asks whether it is too large. */
  fill(session: Session, taking: Taking): Promise<Kept> {
    return this.#fill(session, taking, OWN, this.#in.stores().needsOwn(taking));
  }

  async #fill(session: Session, taking: Taking, settings: Settings, own: boolean): Promise<Kept> {
    const origin = () => originOf(this.#control, taking.relation);
    const stage = own ? undefined : await this.#in.stores().stageFor(session, taking, origin);
    if (stage) return { ...stage, rows: await fillStageOf(session, stage, { ...taking, settings }), sequences: [] };
    await ensureSchema(session);
    const described = describeTaking(taking, await freeName(session, this.#control, this.#version));
    this.#in.stores().own(taking, described);
    const what = this.titleOf(taking);
    const rows = await fillStore(session, described, { ...taking, what, settings });
    return this.#known(session, taking, { ...described, rows });
  }

  async #known(session: Session, taking: Taking, kept: Omit<Kept, 'sequences'>): Promise<Kept> {
    const origin = await originOf(this.#control, taking.relation);
    return { ...kept, sequences: await keptSequences(session, taking), ...(origin ? { origin } : {}) };
  }
}

/** The table is locked, and what is known of it is from before: somebody may have altered it in between. */
async function refuseAltered(session: Session, relation: Relation): Promise<void> {
  const [now] = await describe(session, [relation.oid]);
  const told = (one: Relation | undefined) => JSON.stringify([one?.columns, one?.key, one?.hasChildren]);
  if (told(now) !== told(relation))
    throw movedMeanwhile(relation, 'got other columns or keys, or other tables inherit from it');
}

async function keptSequences(session: Session, { kind, relation, columns }: Taking): Promise<Kept['sequences']> {
  const goes = ({ column }: OwnedSequence) =>
    kind === 'table' || kind === 'truncated' || (kind === 'column' && columns.some(({ name }) => name === column));
  return sequencesOf(session, relation.sequences.filter(goes));
}
