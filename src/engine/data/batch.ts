import { type BatchKey, type KeyRange, type KeyValue, rangeText } from '../../batch/key.ts';
import { rangePredicate } from '../../batch/predicate.ts';
import type { RunState } from '../../batch/states.ts';
import { locate } from '../../migration/locate.ts';
import type { Statement } from '../../migration/migration.ts';
import { replacePlaceholders } from '../../migration/placeholder.ts';
import type { DatabaseError } from '../../postgres/database-error.ts';
import type { BatchItem, ItemResult } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import { Problem } from '../../problem/problem.ts';
import { codePointOffset } from '../../sql/position.ts';
import { databaseProblem, statementProblem } from '../failure.ts';
import { mayChangeRole } from '../worker.ts';
import type { Behind } from './behind.ts';
import type { ClaimedRange } from './data-run.ts';
import { type AroundStatement, aroundStatement } from './keep/around-statement.ts';
import { ASKING_BEFORE, askingItems, beginItems, type Lane, rollBack } from './lane.ts';
import { isOtherTable, otherTable, sameTableItem } from './same-table.ts';
import { batchDoneItems, checkRangeItem, LOST_RANGE } from './store.ts';

/** One batch to be run. */
export interface NextBatch {
  readonly range: ClaimedRange;
  readonly bounds: KeyRange;
  readonly keys: number;
  /** The key of its row, where it is one. */
  readonly row: KeyValue | null;
  /** The range is done with it. */
  readonly isLast: boolean;
  /** How often it was tried before, and what the server said to the last try. */
  readonly attempts: number;
  readonly error: string | null;
}

/** What is asked of the run by the time that a batch of it is committed. */
export interface AskedOfRun {
  readonly state: RunState;
  /** How long a batch should take; null: as its file or the configuration says. */
  readonly targetMs: number | null;
}

export type BatchOutcome =
  | ({ readonly kind: 'done'; readonly rows: number; readonly ms: number } & AskedOfRun)
  | BatchFailure
  /** Another worker has the range, or the run is over. */
  | { readonly kind: 'lost' };

export interface BatchFailure {
  readonly kind: 'failed';
  /** What the server has said, or the code. */
  readonly error: Pick<DatabaseError, 'message' | 'code'>;
  readonly statement: Statement | undefined;
  readonly problem: Problem;
  /** Of code: some row may be at fault; of what the server says its SQLSTATE tells. */
  readonly isRowFault?: boolean;
}

/**
 * Runs the statements over one range and moves the position, in one transaction. Rolled back it is as if it had never begun;
 * committed it is never run again. Throws where the connection is lost: then the position tells which of the two it is.
 */
export async function runBatch(lane: Lane, batch: NextBatch, behind: Behind): Promise<BatchOutcome> {
  const begun = performance.now();
  const statements = lane.work.statements.map((statement) => executed(lane, statement, batch));
  const before = [
    ...beginItems(lane.engine, lane.control, lane.lockTimeoutMs),
    ...statementTimeout(lane),
    checkRangeItem(lane.control.names, batch.range),
  ];
  const items = [...before, ...statements.flatMap((one) => one.items)];
  const { results, failure } = await lane.session.runBatch([items]);
  if (failure) {
    await rollBack(lane.session);
    if (isLost(failure.error)) return { kind: 'lost' };
    return failedOutcome(lane, failure.error, atItem(statements, failure.item - before.length));
  }
  const answers = (results[0] ?? []).slice(before.length);
  const outcomes = statements.map((one) => outcomeOf(one, answers.splice(0, one.items.length)));
  const missed = outcomes.find((one) => one.missed > 0);
  if (missed) {
    await rollBack(lane.session);
    return missedRows(lane, missed.statement, missed.missed);
  }
  return commitBatch(lane, batch, { rows: Math.max(0, ...outcomes.map(({ rows }) => rows)), begun, behind });
}

/** A statement as a batch runs it, with what keeps its rows before and behind it. */
interface Executed {
  readonly statement: Statement;
  readonly items: readonly BatchItem[];
  readonly around: AroundStatement | undefined;
  /** From a place in what the server got back into the file. */
  readonly back: (position: number) => number;
}

function outcomeOf({ statement, around }: Executed, answers: readonly ItemResult[]) {
  const at = around?.before.length ?? 0;
  const tag = answers[at]?.tag ?? '';
  const missed = around?.missed(answers.slice(0, at), tag, answers.slice(at + 1)) ?? 0;
  return { statement, rows: rowsOf(tag), missed };
}

/** The statement whose own item that is; undefined: it is one of ours. */
function atItem(statements: readonly Executed[], item: number): Executed | undefined {
  let first = 0;
  for (const one of statements) {
    if (item === first + (one.around?.before.length ?? 0)) return one;
    first += one.items.length;
  }
  return undefined;
}

/** Somebody has added rows since a moment ago: the same again, which finds them. */
export function missedRows({ work }: Lane, statement: Statement, rows: number): BatchFailure {
  const message = `line ${statement.line} changes rows that it did not match a moment before (${rows})`;
  const error = Object.assign(new Error(message), { severity: 'ERROR', code: SERIALIZATION_FAILURE });
  const problem = new Problem('backup-refused', `${work.version}: ${message}`, {
    where: locate(work.migration, statement, 0),
    next: [
      'A condition that answers differently each time (random, clock_timestamp) cannot be kept: remove "Keep: yes" from the header.',
    ],
  });
  return { kind: 'failed', error, statement, problem };
}

const SERIALIZATION_FAILURE = '40001';

/** What a batch has come to in its open transaction, which began at that moment of performance.now(). */
export interface ReadyBatch {
  readonly rows: number;
  readonly begun: number;
  readonly behind: Behind;
}

/** Moves the position in the open transaction, and commits; in the same write asks what the next batch needs. */
export async function commitBatch(
  lane: Lane,
  batch: NextBatch,
  { rows, begun, behind }: ReadyBatch,
): Promise<BatchOutcome> {
  const { range, bounds, keys, isLast, attempts, error } = batch;
  const ms = Math.round(performance.now() - begun);
  const done = { ...bounds, keys, rows, ms, attempts: attempts + 1, error };
  const items = [
    ...ownRole(lane),
    { sql: 'SET CONSTRAINTS ALL IMMEDIATE' },
    checkRangeItem(lane.control.names, range),
    ...(lane.put ? [] : [sameTableItem(lane)]),
    ...batchDoneItems(lane.control.names, lane.work, range, done, lane.worker, isLast),
    { sql: 'COMMIT' },
  ];
  const asked = behind.items();
  const segments = asked.length === 0 ? [items] : [items, askingItems(lane, asked)];
  const { results, failure } = await lane.session.runBatch(segments);
  if (failure) await rollBack(lane.session);
  if (failure?.segment === 0) {
    if (isOtherTable(failure.error)) {
      const { message, problem } = otherTable(lane);
      return { kind: 'failed', error: { message, code: undefined }, statement: undefined, problem, isRowFault: false };
    }
    return isLost(failure.error) ? { kind: 'lost' } : failedOutcome(lane, failure.error, undefined);
  }
  behind.answered(failure ? undefined : results[1]?.slice(ASKING_BEFORE, -1));
  const answer = results[0]?.find((one) => one.rows[0]?.state !== undefined)?.rows[0];
  return { kind: 'done', rows, ms, ...askedOf(answer) };
}

/** As batchDoneItems answers it. */
export function askedOf(row: Row | undefined): AskedOfRun {
  return { state: row?.state as RunState, targetMs: row?.target_ms == null ? null : Number(row.target_ms) };
}

/** What the file may have left, before the tool's own tables are written. */
function ownRole({ work, engine }: Lane): BatchItem[] {
  if (!mayChangeRole(work.migration)) return [];
  return [
    { sql: 'SET SESSION AUTHORIZATION DEFAULT' },
    { sql: "SELECT pg_catalog.set_config('role', $1, true)", params: [engine.settings.role ?? 'none'] },
  ];
}

function statementTimeout({ work }: Lane): BatchItem[] {
  const { statementTimeoutMs } = work.migration.headers;
  if (statementTimeoutMs === undefined) return [];
  return [{ sql: "SELECT pg_catalog.set_config('statement_timeout', $1, true)", params: [String(statementTimeoutMs)] }];
}

/** A statement with the range in place of `:batch`, and the way from a place in it back into the file. */
function executed(lane: Lane, statement: Statement, { bounds, range }: NextBatch): Executed {
  const { table, work, control, keeping } = lane;
  const places = statement.batch ?? [];
  const predicate = rangePredicate(table.key, bounds, {
    table: table.name,
    where: onlyUndone(table.key, range.pass) ? work.where : undefined,
    serverVersionNum: control.server.versionNum,
  });
  const around = keeping && aroundStatement(keeping, statement, predicate);
  const { sql, back } = replacePlaceholders(statement.sql, places, ({ qualifier }) => predicate.text(qualifier));
  const item = places.length === 0 ? { sql } : { sql, params: predicate.params };
  return {
    statement,
    around,
    items: around ? [...around.before, item, ...around.after] : [item],
    back: (position: number) => positionIn(statement.sql, back(codePointOffset(sql, 0, position))),
  };
}

/** In characters, as the server counts. */
function positionIn(sql: string, offset: number): number {
  return [...sql.slice(0, offset)].length;
}

/** Rows that were met before are met again: where they move when they are changed, and in sweeps. */
export function onlyUndone(key: BatchKey, pass: number): boolean {
  return key.kind === 'ctid' || pass > 1;
}

function rowsOf(tag: string): number {
  const [, rows] = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(tag) ?? [];
  return Number(rows ?? 0);
}

export function isLost(error: DatabaseError): boolean {
  return error.message.includes(LOST_RANGE);
}

export function failedOutcome(
  { work, control }: Lane,
  error: DatabaseError,
  failed: Pick<Executed, 'statement' | 'back'> | undefined,
): BatchFailure {
  const problem = failed
    ? statementProblem(placedBack(error, failed.back), work.migration, failed.statement, work.statements, control.role)
    : databaseProblem(error, `${work.version}: a batch could not be recorded`, control.role);
  return { kind: 'failed', error, statement: failed?.statement, problem };
}

/** The place that the server names is one in what it was sent; the file holds `:batch` there. */
function placedBack(error: DatabaseError, back: (position: number) => number): DatabaseError {
  if (error.position === undefined) return error;
  const position = String(back(Number(error.position) - 1) + 1);
  return Object.assign(Object.create(error) as DatabaseError, { position });
}

/** For people, in messages about a batch. */
export function batchText({ bounds }: Pick<NextBatch, 'bounds'>): string {
  return rangeText(bounds);
}
