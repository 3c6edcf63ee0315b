import { BACKUP_SCHEMA, type Kept } from '../../backup/kept.ts';
import { storeColumns, storeName } from '../../backup/kept-sql.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { ScopedBackup, type ScopedDone, type ScopedPacking, scopedPacking } from '../backup/scoped.ts';
import { removeOrphans, removeScoped } from '../backup/scoped-orphans.ts';
import { tellPruned } from '../backup/tell-pruned.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem } from '../failure.ts';
import { withWorker } from '../with-worker.ts';
import type { Worker } from '../worker.ts';
import { storesThere } from './find-kept.ts';
import { inTransaction } from './in-transaction.ts';
import { OWN_PATH } from './own-path.ts';

/** Data that was kept in the schema, and is to be in a file. */
interface Pending {
  /** Of the event that put it on record. */
  readonly seq: number;
  readonly version: string;
  /** The run that has destroyed it. */
  readonly runId: string;
  readonly direction: 'apply' | 'rollback';
  readonly kept: readonly Kept[];
}

/**
 * Moves what was kept with `backupTo: "file"` out of the schema: writes the file, and drops the store in the transaction that
 * puts the file on record. What a killed run has left there goes along. That it does not succeed destroys nothing: the data
 * stays in the schema, from where a rollback puts it back as well, and the next run tries again.
 */
export async function moveToFiles(engine: Engine, control: Control): Promise<void> {
  if (engine.signal.aborted || control.gone || control.session.lost) return;
  try {
    const pending = await pendingOf(control);
    if (pending.length === 0) return;
    const packing = await scopedPacking(engine);
    await removeOrphans(engine, control, pending);
    await withWorker(engine, control, async (worker) => {
      for (const one of pending) await move({ engine, control, worker }, one, packing);
    });
    await tellPruned(engine, control.server.database);
  } catch (error) {
    const problem = error instanceof Problem ? error : databaseProblem(error, 'the session was lost');
    const found = problem.fields.found ? ` (${problem.fields.found})` : '';
    const message = `What was destroyed stays in the schema ${BACKUP_SCHEMA} of the database, and not in a file: ${problem.message}${found}. The next migrate or rollback that keeps data in files tries again.`;
    engine.emit({ kind: 'warning', message });
  }
}

/** Without a lock: whether there is anything to move. */
export async function hasKeptToMove(control: Control): Promise<boolean> {
  const [row] = await control.session.query('SELECT pg_catalog.to_regnamespace($1) AS found', [BACKUP_SCHEMA]);
  return row?.found != null && (await pendingOf(control)).length > 0;
}

/** Of each version what was kept for a file and is in the schema yet: not what a rollback has had back from there. */
async function pendingOf(control: Control): Promise<Pending[]> {
  const [trail] = await control.session.query('SELECT pg_catalog.to_regclass($1) AS found', [control.names.events]);
  if (trail?.found == null) return [];
  const rows = await control.session.query(
    `SELECT e.seq, e.version, e.run_id::pg_catalog.text AS run_id, e.detail FROM ${control.names.events} AS e
WHERE e.event = 'backed_up' AND e.detail ->> 'scope' = 'scoped' AND e.detail ->> 'to' = 'file'
  AND NOT (e.detail ->> 'direction' = 'apply' AND EXISTS (SELECT FROM ${control.names.events} AS o
    WHERE o.version = e.version AND o.seq > e.seq AND o.event IN ('rolled_back', 'put_back')))
  AND NOT EXISTS (SELECT FROM ${control.names.events} AS o WHERE o.event = 'backed_up' AND o.seq > e.seq
    AND o.detail ->> 'scope' = 'file' AND (o.detail ->> 'of')::bigint = e.seq)
ORDER BY e.seq`,
  );
  const all = rows.map(({ seq, version, run_id, detail }) => {
    const { direction, kept } = JSON.parse(detail ?? '{}') as Pick<Pending, 'direction' | 'kept'>;
    return { seq: Number(seq), version: version ?? '', runId: run_id ?? '', direction, kept };
  });
  const there = await storesThere(
    control.session,
    all.flatMap(({ kept }) => kept.map(({ store }) => store)),
  );
  return all
    .map((one) => ({ ...one, kept: one.kept.filter(({ store }) => there.has(store)) }))
    .filter(({ kept }) => kept.length > 0);
}

interface Run {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
}

/** One event's stores, in one file backup and one transaction: from reading them to dropping them nobody writes to them. */
async function move(run: Run, one: Pending, packing: ScopedPacking): Promise<void> {
  const { engine, control, worker } = run;
  const since = performance.now();
  const base = await onlyBase(control, one.kept);
  const backup = base ? undefined : await ScopedBackup.begin(engine, control, packing, one);
  let done: ScopedDone | undefined;
  try {
    await inTransaction(worker, async (session) => {
      await session.batch([[OWN_PATH, ...AS_WRITTEN, ...one.kept.map(lock)]]);
      for (const each of backup ? one.kept : []) await write(session, each, backup!);
      done = base ?? (await backup!.finish());
      await session.batch([
        [...one.kept.map((each) => ({ sql: `DROP TABLE ${storeName(each)}` })), record(run, one, done)],
      ]);
    });
  } catch (error) {
    // Where the connection is lost, the transaction may have been committed all the same.
    if (!done) backup?.discard();
    else if (backup && !worker.session.lost) removeScoped(done.path);
    throw error;
  }
  tell(engine, one, { ...done!, ms: Math.round(performance.now() - since) });
}

/** All of it was copied before, and nothing was written since: there is nothing more to write. */
async function onlyBase({ session }: Control, [first, ...more]: readonly Kept[]): Promise<ScopedDone | undefined> {
  if (!first?.base || more.length > 0) return undefined;
  const [row] = await session.query(`SELECT EXISTS (SELECT FROM ${storeName(first)}) AS any`);
  const { folder: path, ...done } = first.base;
  return row?.any === 'f' ? { ...done, path } : undefined;
}

async function write(session: Session, kept: Kept, backup: ScopedBackup): Promise<void> {
  let rows = 0;
  const file = await backup.write(async (append) => {
    rows = await session.copyOut(`COPY ${storeName(kept)} TO STDOUT`, append);
  });
  const columns = storeColumns(kept).map(({ name }) => name);
  backup.holds({ file, kept: { ...kept, rows }, columns, first: true });
}

function record({ engine, control }: Run, { seq, version, kept }: Pending, { path: folder, ...done }: ScopedDone) {
  const detail = { scope: 'file', of: seq, ...done, folder, stores: kept.map(({ store }) => store) };
  return eventItem(control.names, engine.run, { event: 'backed_up', version, detail });
}

function tell(engine: Engine, { version, runId }: Pending, done: ScopedDone & { readonly ms: number }): void {
  const { id, path, bytes, ms } = done;
  const ofEarlierRun = runId !== engine.run.runId;
  engine.emit({ kind: 'kept_in_file', version, id, path, bytes, ms, ofEarlierRun });
}

function lock(kept: Kept) {
  return { sql: `LOCK TABLE ${storeName(kept)} IN ACCESS EXCLUSIVE MODE` };
}

/** Every digit of a number, and bytes as every version reads them. */
const AS_WRITTEN = [
  setLocal('extra_float_digits', '3'),
  setLocal('bytea_output', 'hex'),
  setLocal('statement_timeout', '0'),
];
