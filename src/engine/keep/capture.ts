import {
  beginCapture,
  CAPTURE_SUFFIX,
  CAPTURE_TRIGGER,
  CATCH_UP,
  catchUp,
  copyPages,
  copyWhole,
  countWritten,
  endCapture,
  indexStore,
} from '../../backup/capture-sql.ts';
import { BACKUP_SCHEMA, type KeptBase } from '../../backup/kept.ts';
import { commentOnStore, storeName } from '../../backup/kept-sql.ts';
import type { BatchItem, ItemResult } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { databaseProblem } from '../failure.ts';
import { withLockRetries } from '../locks/retries.ts';
import type { LockSubject } from '../locks/subject.ts';
import type { Worker } from '../worker.ts';
import { copyBase, removeBase } from './copy-base.ts';
import type { Described } from './describe.ts';
import { inTransaction } from './in-transaction.ts';
import { movedMeanwhile, notCaughtUp } from './keep-problems.ts';
import { areSame, areSameTables, leavesOf, MOVED, OTHERS, type TableNow, tablesOf } from './leaves.ts';
import { OWN_PATH } from './own-path.ts';
import type { Taking } from './taking.ts';

/** A large table that is being copied while it is in use: all of it but the rows that were written last. */
export interface Capture {
  readonly kept: Described;
  readonly taking: Taking;
  /** It, and what was below it when it was begun: they have the triggers. */
  readonly tables: readonly TableNow[];
  /** Most of it is in a file. */
  base: KeptBase | undefined;
  /** Of the table, as far as its changes were looked at; before the last rows are copied. */
  rows: number;
}

/** So many pages at once: about 64 MB, so that no snapshot is held for long. */
const PAGES = 8192;
/** So few rows are copied under the lock. */
const LAST_ROWS = 500;
/** So often the rows that were written meanwhile are copied again before the table counts as written too fast. */
const ROUNDS_MAX = 30;

interface Told {
  readonly what: string;
  readonly toFile: boolean;
  /** Whether the file is of a migration or of its rollback. */
  readonly direction: 'apply' | 'rollback';
  readonly progress: (done: number, total: number) => void;
}

/**
 * Copies a table in pieces, each a transaction of its own, or into a file. `told`: which part of it is done.
 */
export async function capture(subject: LockSubject, taking: Taking, kept: Described, told: Told): Promise<Capture> {
  const { worker, control } = subject;
  let tables: readonly TableNow[] = [];
  const begun = await withLockRetries(subject, async ({ lockTimeoutMs = subject.lockTimeoutMs }) => {
    tables = await tablesOf(control.session, taking);
    const names = tables.map(({ name }) => name);
    return attempt(worker, kept, [
      setLocal('lock_timeout', String(lockTimeoutMs)),
      ...items(beginCapture(kept, names)),
      { sql: commentOnStore(kept, told.what) },
    ]);
  });
  if (begun instanceof Problem) throw begun;
  const one: Capture = { kept, taking, tables, base: undefined, rows: 0 };
  if (told.toFile) await copyToFile(subject, one, told);
  else await copyPieces(subject, one, told.progress);
  try {
    await shorten(worker, one);
  } catch (error) {
    if (one.base) removeBase(one.base);
    throw error;
  }
  return one;
}

async function copyToFile(subject: LockSubject, one: Capture, told: Told): Promise<void> {
  const { base, rows } = await copyBase(subject, one.taking, one.kept, told);
  one.base = base;
  one.rows = rows;
}

async function copyPieces(
  { worker, control }: LockSubject,
  one: Capture,
  progress: (done: number, total: number) => void,
) {
  const { kept, taking } = one;
  if (control.server.versionNum < 14_00_00) {
    one.rows += await copied(worker, kept, copyWhole(kept));
    return;
  }
  const leaves = await leavesOf(control.session, taking);
  const total = leaves.reduce((sum, { pages }) => sum + pages, 0);
  let done = 0;
  for (const { name, pages } of leaves) {
    for (let first = 0; first < pages; first += PAGES) {
      const end = first + PAGES < pages ? first + PAGES : null;
      one.rows += await copied(worker, kept, copyPages(kept, name, first, end));
      done += Math.min(PAGES, pages - first);
      progress(done, total);
    }
  }
  if (!areSame(leaves, await leavesOf(control.session, taking))) throw movedMeanwhile(taking.relation, MOVED);
}

async function copied(worker: Worker, kept: Described, sql: string): Promise<number> {
  const results = await run(worker, kept, [setLocal('row_security', 'off'), { sql }]);
  return tagCount(results[1]);
}

/** Copies what was written meanwhile, again and again, until so little is left that it can be copied under the lock. */
async function shorten(worker: Worker, one: Capture): Promise<void> {
  const { kept } = one;
  for (let round = 0; ; round++) {
    const [written] = await run(worker, kept, [{ sql: countWritten(kept), rows: true }]);
    const left = leftIn(written?.rows[0], one.taking);
    if (left > 0 && round === 0) await run(worker, kept, [{ sql: indexStore(kept) }]);
    if (left <= LAST_ROWS && round > 0) return;
    if (left === 0) return;
    if (round === ROUNDS_MAX) throw notCaughtUp(one.taking.relation, left);
    one.rows += difference(one, await run(worker, kept, catchUpItems(one)));
  }
}

/** Copies again what was written since, in the transaction of the caller; how many rows the store has more by it. */
export async function catchUpIn(session: Session, one: Capture): Promise<number> {
  const [written] = await session.query(countWritten(one.kept));
  if (leftIn(written, one.taking) === 0) return 0;
  const { results } = await session.batch([catchUpItems(one)]);
  return difference(one, results[0] ?? []);
}

/** How many keys are to be looked at; `counted`: by countWritten. */
function leftIn(counted: Row | undefined, { relation }: Taking): number {
  if (counted?.emptied !== '0') throw movedMeanwhile(relation, 'was truncated, or one of its partitions was');
  return Number(counted.rows);
}

/** The table is locked: what is below it now had the triggers all the time, so that every row of it was seen. */
export async function refuseMoved(session: Session, { taking, tables }: Capture): Promise<void> {
  if (!areSameTables(tables, await tablesOf(session, taking))) throw movedMeanwhile(taking.relation, OTHERS);
}

/** The table is locked and copied: nothing more is to be captured. */
export async function endCaptureIn(session: Session, { kept }: Capture): Promise<void> {
  await session.batch([items(endCapture(kept))]);
}

/** Takes away what a capture has made, which nobody waits for any more. */
export async function giveUp(
  subject: LockSubject,
  { kept, base }: Pick<Capture, 'kept'> & Partial<Pick<Capture, 'base'>>,
): Promise<Problem | undefined> {
  if (base) removeBase(base);
  const sqls = [...endCapture(kept), `DROP TABLE IF EXISTS ${storeName(kept)}`];
  const outcome = await withLockRetries(subject, ({ lockTimeoutMs = subject.lockTimeoutMs }) =>
    attempt(subject.worker, kept, [setLocal('lock_timeout', String(lockTimeoutMs)), ...items(sqls)]),
  );
  return outcome instanceof Problem ? outcome : undefined;
}

/** Captures that a killed run has left: their triggers still write. */
export async function abandonedCaptures(session: Session): Promise<Described[]> {
  const rows = await session.query(
    `SELECT tn.nspname AS schema, t.relname AS name, p.proname AS function FROM pg_catalog.pg_trigger AS g
JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_class AS t ON t.oid = g.tgrelid JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
WHERE g.tgname ~ $1 AND n.nspname = $2 AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i
  JOIN pg_catalog.pg_trigger AS above ON above.tgrelid = i.inhparent AND above.tgfoid = g.tgfoid WHERE i.inhrelid = t.oid)`,
    [`^${CAPTURE_TRIGGER}(?:[.][0-9]+)?$`, BACKUP_SCHEMA],
  );
  return rows.map(({ schema, name, function: written }) => ({
    kind: 'table',
    schema: schema!,
    table: name!,
    key: [],
    columns: [],
    rest: [],
    store: written!.slice(0, -CAPTURE_SUFFIX.length),
  }));
}

async function attempt(worker: Worker, kept: Described, batch: readonly BatchItem[]): Promise<true | Problem> {
  try {
    await run(worker, kept, batch);
    return true;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Their results, from a transaction of their own. */
async function run(worker: Worker, kept: Described, batch: readonly BatchItem[]): Promise<readonly ItemResult[]> {
  try {
    return await inTransaction(worker, async (session) => {
      const { results } = await session.batch([[NO_TIMEOUT, OWN_PATH, ...batch]]);
      return results[0]?.slice(2) ?? [];
    });
  } catch (error) {
    throw databaseProblem(error, `${kept.schema}.${kept.table} cannot be copied`);
  }
}

const NO_TIMEOUT = setLocal('statement_timeout', '0');

function items(sqls: readonly string[]): BatchItem[] {
  return sqls.map((sql) => ({ sql }));
}

function catchUpItems({ kept, base }: Capture): BatchItem[] {
  return catchUp(kept, base !== undefined).map((sql, i) => ({ sql, rows: i === CATCH_UP.change }));
}

/** How many rows there are more by catchUp: of the store, or beside a base of the table; `results`: of its statements. */
function difference({ base }: Capture, results: readonly ItemResult[]): number {
  if (base) return Number(results[CATCH_UP.change]?.rows[0]?.rows ?? 0);
  return tagCount(results[CATCH_UP.added]) - tagCount(results[CATCH_UP.removed]);
}

/** `INSERT 0 12`, `DELETE 12`. */
function tagCount(result: ItemResult | undefined): number {
  return Number(/ (\d+)$/.exec(result?.tag ?? '')?.[1] ?? 0);
}
