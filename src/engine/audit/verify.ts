import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appendAnchorLine, readAnchorFile } from '../../files/anchor-file.ts';
import type { ChainRow } from '../../ledger/event-chain.ts';
import { NEXT_EVENTS, openTrail } from '../../ledger/read-events.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem } from '../failure.ts';
import { cancelled } from '../pause.ts';
import {
  type AnchorLine,
  type AnchorPoint,
  type AnchorReport,
  anchorLine,
  compareAnchors,
  holds,
  isSameTrail,
  readAnchorLines,
  type TrailIdentity,
} from './anchor.ts';
import { ChainCheck, type FirstBad, type Head } from './chain-check.ts';
import { guardFaults } from './guards.ts';

export interface VerifyHistoryOptions {
  /** A file of heads outside the database: compared with, and appended to where all is well. */
  readonly anchorFile?: string | undefined;
  /** A head that was noted elsewhere, in a log for example. */
  readonly expected?: AnchorPoint | undefined;
}

export interface VerifyHistoryReport {
  /** Nothing was found amiss: neither in the rows, nor in what guards them, nor against any anchor. */
  readonly ok: boolean;
  readonly database: string;
  readonly events: number;
  readonly head: Head | null;
  readonly firstBad: FirstBad | null;
  /** What is wrong with the table, its triggers and their functions, in words. */
  readonly guards: readonly string[];
  readonly anchor: AnchorReport | null;
  readonly expected: AnchorReport | null;
}

interface Anchors {
  readonly file: string | undefined;
  readonly shown: string;
  readonly exists: boolean;
  readonly mine: readonly AnchorLine[];
  readonly others: readonly AnchorLine[];
  readonly unreadable: readonly number[];
}

/**
 * Reads the whole audit trail in one snapshot and computes every hash anew; compares it with heads that were kept
 * elsewhere. Writes nothing to the database. Problems: `file-unreadable` for the anchor file, those of the connection.
 */
export function verifyHistory(engine: Engine, options: VerifyHistoryOptions): Promise<VerifyHistoryReport> {
  return withControl(engine, async (control) => {
    const identity = await identityOf(control);
    const anchors = readAnchors(engine, options.anchorFile, identity);
    const wanted = [...anchors.mine, ...anchors.others, ...(options.expected ? [options.expected] : [])];
    const guards = hasTrail(control) ? await guardFaults(control) : [];
    const chain = await readTrail(engine, control, new Set(wanted.map((point) => point.seq)));
    const expected = options.expected ? expectedReport(options.expected, chain) : null;
    const found = { database: identity.database, events: chain.events, head: chain.head, firstBad: chain.firstBad };
    const anchor = options.anchorFile === undefined ? null : anchorReport(anchors, chain);
    const ok = chain.firstBad === null && guards.length === 0 && agrees(anchor) && agrees(expected);
    const written = ok && appendHead(anchors, identity, chain.head);
    return { ok, ...found, guards, anchor: anchor && { ...anchor, written }, expected };
  });
}

function agrees(anchor: AnchorReport | null): boolean {
  return anchor === null || anchor.state === 'none' || anchor.state === 'agrees';
}

function hasTrail({ ledger }: Control): boolean {
  return (ledger.layout ?? 0) > 0;
}

async function identityOf({ session, names, server }: Control): Promise<TrailIdentity> {
  const [row] = await session
    .query('SELECT system_identifier AS system FROM pg_catalog.pg_control_system()')
    .catch(() => []); // may be forbidden to ordinary roles
  return { system: row?.system ?? '-', database: server.database, schema: names.schema };
}

function readAnchors(engine: Engine, file: string | undefined, identity: TrailIdentity): Anchors {
  if (file === undefined) return { file, shown: '', exists: false, mine: [], others: [], unreadable: [] };
  const path = resolve(engine.cwd, file);
  const text = readAnchorFile(path, file);
  const { lines, unreadable } = readAnchorLines(text ?? '');
  const mine = lines.filter((line) => isSameTrail(line, identity));
  const others = lines.filter((line) => !isSameTrail(line, identity));
  return { file: path, shown: file, exists: text !== undefined, mine, others, unreadable };
}

async function readTrail(engine: Engine, control: Control, wanted: Set<number>): Promise<ChainCheck> {
  const chain = new ChainCheck(wanted);
  if (!hasTrail(control)) return chain;
  try {
    await control.session.batch([openTrail(control.names, engine.settings.role)]);
    for (;;) {
      if (engine.signal.aborted) throw cancelled('Nothing was changed.');
      const batch = await control.session.batch([[NEXT_EVENTS]]);
      const rows = batch.results[0]?.[0]?.rows ?? [];
      if (rows.length === 0) break;
      for (const row of rows) chain.add(row as unknown as ChainRow);
    }
    await untilFlushed(control);
    await control.session.query('COMMIT');
    return chain;
  } catch (error) {
    if (isUndefinedTable(error)) return chain; // told by the guards
    throw databaseProblem(error, 'cannot read the audit trail', control.role);
  }
}

function isUndefinedTable(error: unknown): boolean {
  return (error as { code?: unknown }).code === '42P01';
}

const FLUSHED = `SELECT pg_catalog.pg_is_in_recovery() OR
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN true ELSE pg_catalog.pg_current_wal_flush_lsn() >= $1::pg_catalog.pg_lsn END AS flushed`;
const INSERTED = `SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN '0/0' ELSE pg_catalog.pg_current_wal_insert_lsn() END AS lsn`;

/**
 * Some events are written without waiting for the disk. What is shown as head, and kept as anchor, must survive a crash of
 * the server; its WAL writer has it on disk within a moment.
 */
async function untilFlushed({ session }: Control): Promise<void> {
  const [inserted] = await session.query(INSERTED);
  for (let attempt = 0; attempt < 40; attempt++) {
    const [row] = await session.query(FLUSHED, [inserted?.lsn ?? '0/0']);
    if (row?.flushed === 't') return;
    await sleep(50);
  }
}

function anchorReport({ shown, mine, others, unreadable }: Anchors, chain: ChainCheck): AnchorReport {
  const compared = compareAnchors(mine, chain);
  const original = compared.state === 'none' ? others.findLast((line) => holds(chain, line)) : undefined;
  const copyOf = original ? { system: original.system, database: original.database, schema: original.schema } : null;
  return { source: shown, ...compared, written: false, unreadableLines: unreadable, copyOf };
}

function expectedReport(point: AnchorPoint, chain: ChainCheck): AnchorReport {
  const compared = compareAnchors([point], chain);
  return { source: '--expect', ...compared, written: false, unreadableLines: [], copyOf: null };
}

/** Appends the head unless the file has it already. */
function appendHead({ file, shown, mine }: Anchors, identity: TrailIdentity, head: Head | null): boolean {
  if (file === undefined || head === null || mine.some((line) => line.seq === head.seq)) return false;
  appendAnchorLine(file, shown, anchorLine(identity, head));
  return true;
}
