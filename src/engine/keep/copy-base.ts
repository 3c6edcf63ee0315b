import { changeSeen, copyBase as copySql, type Pages } from '../../backup/capture-sql.ts';
import type { KeptBase } from '../../backup/kept.ts';
import { copiedColumns } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { type Leader, openFollower, openLeader } from '../backup/leader.ts';
import { ScopedBackup, scopedPacking } from '../backup/scoped.ts';
import { removeScoped } from '../backup/scoped-orphans.ts';
import type { LockSubject } from '../locks/subject.ts';
import type { Described } from './describe.ts';
import { leavesOf } from './leaves.ts';
import type { Taking } from './taking.ts';

/** A base that was copied; `rows`: of the table, less what the keys say that were written down since it was begun. */
export interface CopiedBase {
  readonly base: KeptBase;
  readonly rows: number;
}

/** Tables of so many pages (8 MB) and more are read by two sessions. */
const TWO_FROM_PAGES = 1024;

/**
 * Copies a table that is in use into a file, as of one moment: what is written from then on is known by its key, because the
 * trigger is there already. The file is whole and on the disk when this returns; nothing is left where it fails.
 */
export async function copyBase(subject: LockSubject, taking: Taking, kept: Described): Promise<CopiedBase> {
  const { engine, control } = subject;
  const of = { version: subject.version(), runId: engine.run.runId };
  const backup = await ScopedBackup.begin(engine, control, await scopedPacking(engine), of);
  const sessions: Session[] = [];
  const stop = () => sessions.forEach((session) => void session.cancel());
  engine.signal.addEventListener('abort', stop);
  try {
    const leader = await openLeader(engine);
    sessions.push(leader.session);
    const parts = await partsOf(leader, taking);
    for (let i = 1; i < parts.length; i++) sessions.push(await openFollower(engine, leader));
    const copied = await allOf(parts.map((pages, i) => copyPart(sessions[i]!, kept, pages, backup)));
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

async function copyPart(session: Session, kept: Described, pages: Part, backup: ScopedBackup) {
  let file = '';
  const rows = await session.copyOut(copySql(kept, pages), async (data) => {
    file = await backup.write(data);
  });
  return { rows, file };
}

/** All of them have ended when it returns, or throws what the first has thrown. */
async function allOf<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(running);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** What one session reads. */
type Part = readonly Pages[] | Pick<Taking, 'from'>;

/** Servers before 14 read a table from its beginning, whatever the condition says of places. */
async function partsOf({ session, server }: Leader, taking: Taking): Promise<readonly Part[]> {
  if (server.versionNum < 14_00_00) return [taking];
  const leaves = await leavesOf(session, taking);
  const total = leaves.reduce((sum, { pages }) => sum + pages, 0);
  return total < TWO_FROM_PAGES ? [taking] : halves(leaves, Math.ceil(total / 2)).filter((part) => part.length > 0);
}

/** What lies before `half` pages, and the rest. */
function halves(leaves: readonly { readonly name: string; readonly pages: number }[], half: number): Pages[][] {
  const parts: [Pages[], Pages[]] = [[], []];
  let before = 0;
  for (const { name: leaf, pages } of leaves) {
    const cut = Math.min(Math.max(half - before, 0), pages);
    if (cut > 0) parts[0].push({ leaf, first: 0, end: cut < pages ? cut : null });
    if (cut < pages || pages === 0) parts[1].push({ leaf, first: cut, end: null });
    before += pages;
  }
  return parts;
}
