import type { Statement } from '../../../migration/migration.ts';
import type { ItemResult } from '../../../postgres/pipeline.ts';
import { Problem } from '../../../problem/problem.ts';
import {
  type BatchFailure,
  type BatchOutcome,
  commitBatch,
  failedOutcome,
  isLost,
  missedRows,
  type NextBatch,
} from '../batch.ts';
import type { Behind } from '../behind.ts';
import { aroundStatement } from '../keep/around-statement.ts';
import { beginItems, type Lane, rollBack } from '../lane.ts';
import { checkRangeItem } from '../store.ts';
import { whileBeating } from './beating.ts';
import type { CodeLane } from './code-lane.ts';
import type { CodeColumns, MadeUpdate, ReadRow } from './code-rows.ts';
import type { LoadedCode } from './load-code.ts';
import { readRows, rowsPredicate, unchangedItem, updateItem } from './rows.ts';
import { classOf, placeInCode, textOf } from './thrown.ts';
import { keyName, WrongUpdate } from './updates.ts';

/** Rows that are changed as fast as they are read. */
const ROUNDS_MAX = 10;

/**
 * Reads the rows of one range, has the code make their updates while no transaction is open, and writes these together with the
 * position in one. Rows that were changed meanwhile are read again, and only for them is the code called again. Calls may be repeated;
 * what is committed is written once. Throws where the connection is lost.
 */
export async function runCodeBatch(lane: Lane, own: CodeLane, batch: NextBatch, behind: Behind): Promise<BatchOutcome> {
  const done = new Map<string, { readonly read: ReadRow; readonly update: MadeUpdate | undefined }>();
  let rows = await readRows(lane, own.columns, batch.bounds);
  for (let round = 1; ; round++) {
    const made = await callFor(lane, own, batch, rows);
    if (!Array.isArray(made)) return made;
    const updates = new Map(made.map((one) => [keyName(one.key), one]));
    for (const read of rows) done.set(keyName(read.key), { read, update: updates.get(keyName(read.key)) });
    const written = await write(lane, own, batch, [...done.values()], behind);
    if (!('changed' in written)) return written;
    const keys = [...written.changed].map((name) => done.get(name)?.read.key ?? []);
    if (round === ROUNDS_MAX) return keepsChanging(lane, keys[0] ?? []);
    for (const name of written.changed) done.delete(name);
    rows = await readRows(lane, own.columns, batch.bounds, keys);
  }
}

async function callFor(
  lane: Lane,
  { calls, code }: CodeLane,
  batch: NextBatch,
  rows: readonly ReadRow[],
): Promise<MadeUpdate[] | BatchOutcome> {
  try {
    const made = await whileBeating(lane, batch.range, calls, (signal) => calls.all(rows, signal));
    return made === 'over' ? { kind: 'lost' } : made;
  } catch (error) {
    // Of the session it is none of the code's.
    if (lane.session.lost || error instanceof Problem) throw error;
    return codeFailed(lane, code, error);
  }
}

type Done = { readonly read: ReadRow; readonly update: MadeUpdate | undefined };

async function write(
  lane: Lane,
  { columns }: CodeLane,
  batch: NextBatch,
  done: readonly Done[],
  behind: Behind,
): Promise<BatchOutcome | { readonly changed: ReadonlySet<string> }> {
  const begun = performance.now();
  const updates = done.flatMap(({ update }) => update ?? []);
  const others = done.flatMap(({ read, update }) => (update ? [] : [read]));
  const before = [
    ...beginItems(lane.engine, lane.control, lane.lockTimeoutMs),
    checkRangeItem(lane.control.names, batch.range),
  ];
  const written = updates.length > 0 ? keptAround(lane, columns, batch, updates) : { items: [], missed: () => 0 };
  const items = [...written.items, ...(others.length > 0 ? [unchangedItem(lane, columns, others)] : [])];
  const { results, failure } = await lane.session.runBatch([[...before, ...items]]);
  if (failure) {
    await rollBack(lane.session);
    if (isLost(failure.error)) return { kind: 'lost' };
    return failedOutcome(lane, failure.error, failure.item >= before.length ? standIn(lane) : undefined);
  }
  const answers = (results[0] ?? []).slice(before.length);
  const asRead = new Set(
    answers.flatMap(({ rows }) => rows.map((row) => keyName(columns.key.map((_, i) => row[`k${i}`] ?? '')))),
  );
  const changed = new Set(done.map(({ read }) => keyName(read.key)).filter((name) => !asRead.has(name)));
  const missed = written.missed(answers);
  if (changed.size === 0 && missed === 0) return commitBatch(lane, batch, { rows: updates.length, begun, behind });
  await rollBack(lane.session);
  return changed.size > 0 ? { changed } : missedRows(lane, told(lane), missed);
}

/** Writes the updates, and around that keeps what was there before; `missed`: see AroundStatement. */
function keptAround(lane: Lane, columns: CodeColumns, { bounds }: NextBatch, updates: readonly MadeUpdate[]) {
  const item = updateItem(lane, columns, updates);
  const keys = updates.map(({ key }) => key);
  const around = lane.keeping && aroundStatement(lane.keeping, told(lane), rowsPredicate(lane, columns, bounds, keys));
  if (!around) return { items: [item], missed: () => 0 };
  const at = around.before.length;
  return {
    items: [...around.before, item, ...around.after],
    missed: (answers: readonly ItemResult[]) =>
      around.missed(answers.slice(0, at), answers[at]?.tag ?? '', answers.slice(at + 1)),
  };
}

/** The statement that says in SQL which columns the code writes. */
function told({ work }: Lane): Statement {
  const statement = work.statements.at(-1);
  if (!statement) throw new Error(`${work.version} does not say what its code writes`);
  return statement;
}

/** The place of an error: the server's own is one in SQL that nobody has written. */
function standIn(lane: Lane) {
  return { statement: told(lane), back: () => 0 };
}

function codeFailed({ work }: Lane, { url }: LoadedCode, error: unknown): BatchFailure {
  const message = textOf(error);
  const kind = error instanceof WrongUpdate ? 'code' : classOf(error).kind;
  const problem = new Problem('code-failed', `${work.version}: its code failed: ${message}`, {
    version: work.version,
    where: placeInCode(error, work.migration, url),
    cause: error,
  });
  return {
    kind: 'failed',
    error: { message, code: undefined },
    statement: undefined,
    problem,
    isRowFault: kind === 'rows',
  };
}

function keepsChanging({ work }: Lane, key: readonly string[]): BatchFailure {
  const message = `the row ${key.join(', ')} was changed each time before its update could be written`;
  const problem = new Problem('code-failed', `${work.version}: ${message}`, {
    version: work.version,
    where: { file: work.migration.file },
    next: [
      'If a trigger of the table keeps it as it is, or changes a column that is read, leave that column out of Columns.',
    ],
  });
  return { kind: 'failed', error: { message, code: undefined }, statement: undefined, problem, isRowFault: false };
}
