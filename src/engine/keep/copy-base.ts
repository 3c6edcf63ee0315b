import { changeSeen, copyBase as copySql, type Pages } from '../../backup/capture-sql.ts';
import type { KeptBase } from '../../backup/kept.ts';
import { copiedColumns } from '../../backup/kept-sql.ts';
import { type Leaf, pageShares } from '../../backup/page-shares.ts';
import type { Session } from '../../postgres/session.ts';
import { type Leader, openFollower, openLeader } from '../backup/leader.ts';
import { ScopedBackup, type ScopedOf, scopedPacking } from '../backup/scoped.ts';
import { removeScoped } from '../backup/scoped-orphans.ts';
import type { LockSubject } from '../locks/subject.ts';
import type { Described } from './describe.ts';
import { movedMeanwhile } from './keep-problems.ts';
import { areSame, leavesOf, MOVED } from './leaves.ts';
import type { Taking } from './taking.ts';

/** A base that was copied; `rows`: of the table, less what the keys say that were written down since it was begun. */
export interface CopiedBase {
  readonly base: KeptBase;
  readonly rows: number;
}

/** Tables of so many pages (8 MB) and more are read by two sessions. */
const TWO_FROM_PAGES = 1024;
const SESSIONS = 2;

/** How far it is, where that is known. */
type Progress = (done: number, total: number) => void;

/**
 * Copies a table that is in use into files, as of one moment: what is written from then on is known by its key, because the
 * trigger is there already. They are whole and on the disk when this returns; nothing is left where it fails.
 */
export async function copyBase(
  subject: LockSubject,
  taking: Taking,
  kept: Described,
  { direction, progress }: { readonly direction: ScopedOf['direction']; readonly progress: Progress },
): Promise<CopiedBase> {
  const { engine, control } = subject;
  const of = { version: subject.version(), runId: engine.run.runId, direction };
  const backup = await ScopedBackup.begin(engine, control, await scopedPacking(engine), of);
  const sessions: Session[] = [];
  const stop = () => sessions.forEach((session) => void session.cancel());
  engine.signal.addEventListener('abort', stop);
  try {
    const leader = await openLeader(engine);
    sessions.push(leader.session);
    const leaves = await leavesOf(leader.session, taking);
    const parts = new PartsLeft(partsOf(leaves, leader, taking), progress);
    for (let i = 1; i < Math.min(SESSIONS, parts.left); i++) sessions.push(await openFollower(engine, leader));
    const copied = await allOf(sessions.map((session) => copyParts(session, kept, parts, backup)));
    if (!areSame(leaves, await leavesOf(control.session, taking))) throw movedMeanwhile(taking.relation, MOVED);
    const all = copied.reduce((sum, { rows }) => sum + rows, 0);
    // Every session counts its own; the table is told once.
    for (const [i, { file }] of copied.entries())
      backup.holds({ file, kept: { ...kept, rows: all, sequences: [] }, columns: copiedColumns(kept), first: i === 0 });
    const [seen] = await leader.session.query(changeSeen(kept));
    const { path: folder, ...done } = await backup.finish();
    return { base: { ...done, folder }, rows: all - Number(seen?.rows ?? 0) };
  } catch (error) {
    backup.discard();
    throw error;
  } finally {
    engine.signal.removeEventListener('abort', stop);
    await Promise.all(sessions.map((session) => session.end()));
  }
}

/** Nobody waits for it any more. */
export function removeBase({ folder }: KeptBase): void {
  removeScoped(folder);
}

/** One session copies what is left, part by part, into a file of its own. */
async function copyParts(session: Session, kept: Described, parts: PartsLeft, backup: ScopedBackup) {
  let rows = 0;
  try {
    const file = await backup.write(async (append) => {
      for (let part = parts.next(); part; part = parts.next()) {
        rows += await session.copyOut(copySql(kept, part.of), append);
        parts.done(part);
      }
    });
    return { rows, file };
  } catch (error) {
    parts.giveUp();
    throw error;
  }
}

/** What one COPY reads. */
interface Part {
  readonly of: readonly Pages[] | Pick<Taking, 'from'>;
  readonly pages: number;
}

/** Each part is taken by the next session that has nothing to do. */
class PartsLeft {
  readonly #left: Part[];
  readonly #progress: Progress;
  readonly #pages: number;
  #done = 0;

  constructor(parts: readonly Part[], progress: Progress) {
    this.#left = [...parts];
    this.#progress = progress;
    this.#pages = parts.reduce((sum, { pages }) => sum + pages, 0);
  }

  get left(): number {
    return this.#left.length;
  }

  next(): Part | undefined {
    return this.#left.shift();
  }

  /** What is left is nobody's. */
  giveUp(): void {
    this.#left.length = 0;
  }

  done({ pages }: Part): void {
    this.#done += pages;
    this.#progress(this.#done, this.#pages);
  }
}

/** All of them have ended when it returns, or throws what the first has thrown. */
async function allOf<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(running);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** Servers before 14 read a table from its beginning, whatever the condition says of places. */
function partsOf(leaves: readonly Leaf[], { server }: Leader, taking: Taking): readonly Part[] {
  const pages = leaves.reduce((sum, leaf) => sum + leaf.pages, 0);
  if (server.versionNum < 14_00_00 || pages < TWO_FROM_PAGES) return [{ of: taking, pages }];
  return pageShares(leaves, SESSIONS).map((share) => ({ of: share.parts, pages: share.pages }));
}
