import type { DataSpec } from '../../../migration/data-spec.ts';
import type { Migration } from '../../../migration/migration.ts';
import type { PlannedMigration } from '../../../plan/up.ts';
import type { Session } from '../../../postgres/session.ts';
import { Problem } from '../../../problem/problem.ts';
import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { KilledFacts } from '../../../verify/facts.ts';
import type { TableRows } from '../../../verify/loss.ts';
import { FIRST_RUNG, type Rung } from '../../../verify/sample/rung.ts';
import { differingTables } from '../../../verify/unsteady.ts';
import { type Control, withControl } from '../../control.ts';
import { workAt } from '../../data/run-work.ts';
import { workDown, workUp } from '../../data/work.ts';
import type { Engine } from '../../engine.ts';
import { pause } from '../../pause.ts';
import { withRowReader } from '../row-reader.ts';
import { changedRows, printRows, type RowPrints } from '../rows.ts';
import { type Cut, cutSession } from './cut-session.ts';
import { inOwnSession, named } from './grounds.ts';
import { readRows } from './row-texts.ts';
import { sampleRows } from './sampler.ts';
import { leavesOf, readKeys, readTables } from './tables.ts';

/** Lends a copy of a database where the migration is not applied; one of a copy, where `of` is given. */
export type OnCopy = <T>(use: (copy: Copy) => Promise<T>, of?: Copy) => Promise<T>;

/** A scratch database to which nobody is connected. */
export interface Copy {
  readonly engine: Engine;
}

interface Outcome {
  readonly prints: RowPrints;
  /** Of tables that are not too large to be compared row by row. */
  readonly rows: readonly TableRows[];
}

/**
 * Runs a data migration on sample rows once in one piece, and once with its server process killed inside each batch and behind each:
 * whether the rows are the same in the end. What differs each time that it runs in one piece says nothing (a time, a number from a
 * sequence). One that keeps what it changes, and has no ROLLBACK section, is taken back as well.
 */
export async function tryKilled(onCopy: OnCopy, { migration, version }: PlannedMigration): Promise<KilledFacts> {
  const { data } = migration;
  if (!data) return { kind: 'not checked', reason: `${version} runs in no batches` };
  const refusals: string[] = [];
  for (const rung of RUNGS) {
    const facts = await onCopy((prepared) => tryOn(prepared, onCopy, { migration, data }, rung));
    if (facts.kind !== 'not checked') return facts;
    refusals.push(facts.reason);
  }
  return { kind: 'not checked', reason: refusals.at(-1) ?? 'it was not tried' };
}

/** With the longest values, with ordinary ones, and with the rows alone that migrations before it bring in. */
const RUNGS: readonly Rung[] = [FIRST_RUNG, { ...FIRST_RUNG, wide: false }, { ...FIRST_RUNG, before: false }];

interface Tried {
  readonly migration: Migration;
  readonly data: DataSpec;
}

async function tryOn(prepared: Copy, onCopy: OnCopy, tried: Tried, rung: Rung): Promise<KilledFacts> {
  const rows = await fill(prepared.engine, tried, rung);
  if (rows === 0) return { kind: 'not checked', reason: 'there is no row that it could go through' };
  const size = Math.max(1, Math.ceil(rows / BATCHES));
  const before = await outcomeOf(prepared.engine);
  const whole = await onCopy((copy) => runWhole(copy.engine, tried, size, before), prepared);
  if (whole instanceof Problem) return { kind: 'not checked', reason: `it fails on sample rows: ${messageOf(whole)}` };
  const killed = await onCopy((copy) => runKilled(copy.engine, tried, size), prepared);
  if (killed instanceof Problem) return { kind: 'failed', problem: killed };
  const { kills } = killed;
  const back = whole.notBack;
  if (back && back.length > 0) return { kind: 'not back', tables: back };
  const differs = changedRows(whole.prints, killed.prints);
  if (differs.length === 0) return { kind: 'same', kills, unsteady: [] };
  const again = await onCopy(async (copy) => {
    await shiftSequences(copy.engine);
    return runWhole(copy.engine, tried, size, undefined);
  }, prepared);
  if (again instanceof Problem) return { kind: 'failed', problem: again };
  const { tables, unsteady } = differingTables(differs, { whole: whole.rows, again: again.rows, killed: killed.rows });
  return tables.length === 0 ? { kind: 'same', kills, unsteady } : { kind: 'differs', kills, tables };
}

/** So many batches in a pass, or a few more. */
const BATCHES = 4;
/** In each of the sample's rounds other rows: enough for several batches. */
const ROUNDS = 4;

/** Puts sample rows into the tables that the file speaks of; how many rows the one has that it goes through. */
async function fill(engine: Engine, { migration, data }: Tried, rung: Rung): Promise<number> {
  return inOwnSession(engine, async (session) => {
    const tables = await readTables(session, engine.settings.trackingSchema);
    const wanted = leavesOf(tables, named(tables, migration.text).all);
    for (let round = 0; rung.before && wanted.length > 0 && round < ROUNDS; round++) {
      const from = 1 + round * rung.rows;
      await sampleRows(session, tables, await readKeys(session), { tables: wanted, from, rung });
    }
    return rowsIn(session, data);
  });
}

async function rowsIn(session: Session, { target: { table } }: DataSpec): Promise<number> {
  const name = table.schema === undefined ? quoteIdentifier(table.name) : quoteQualified(table.schema, table.name);
  const [found] = await session.query('SELECT pg_catalog.to_regclass($1) AS name', [name]);
  if (found?.name == null) return 0;
  const [row] = await session.query(`SELECT pg_catalog.count(*) AS rows FROM ${name}`);
  return Number(row?.rows ?? 0);
}

/** `before`: where it keeps what it changes, and has no other way back, that is tried, too. */
async function runWhole(
  engine: Engine,
  { migration }: Tried,
  size: number,
  before: Outcome | undefined,
): Promise<(Outcome & { readonly notBack?: readonly string[] }) | Problem> {
  const keeps = before !== undefined && migration.data?.keep === true && migration.rollback.kind === 'none';
  const own = keeps ? keeping(engine) : engine;
  return problemOr(async () => {
    await withControl(own, (control) => run(own, control, workUp(migration), size, (session) => session));
    const outcome = await outcomeOf(engine);
    if (!keeps) return outcome;
    const back = workDown(migration)!;
    await withControl(own, (control) => run(own, control, back, size, (session) => session));
    return { ...outcome, notBack: changedRows(before.prints, (await outcomeOf(engine)).prints) };
  });
}

function keeping(engine: Engine): Engine {
  const { settings } = engine;
  return { ...engine, settings: { ...settings, backup: { ...settings.backup, policy: 'auto' } } };
}

const KILLS_MAX = 100;

/** Kills it inside a batch, then behind it, and so on to its end. */
async function runKilled(
  engine: Engine,
  { migration }: Tried,
  size: number,
): Promise<(Outcome & { readonly kills: number }) | Problem> {
  return problemOr(async () => {
    let kills = 0;
    await withControl(engine, async (control) => {
      for (; kills < KILLS_MAX; kills++) {
        const at: Cut = kills % 2 === 0 ? 'inside' : 'behind';
        if (!(await runUntilKilled(engine, control, migration, size, at))) return;
      }
      await run(engine, control, workUp(migration), size, (session) => session);
    });
    return { ...(await outcomeOf(engine)), kills };
  });
}

/** False: it has come to its end. */
async function runUntilKilled(
  engine: Engine,
  control: Control,
  migration: Migration,
  size: number,
  at: Cut,
): Promise<boolean> {
  let killed = false;
  const cut = (session: Session) =>
    cutSession(session, at, async () => {
      killed = true;
      await endProcess(control.session, session.backendPid);
    });
  try {
    await run(engine, control, workUp(migration), size, cut);
  } catch (error) {
    if (!killed || engine.signal.aborted) throw error;
    return true;
  }
  return false;
}

async function run(
  engine: Engine,
  control: Control,
  work: ReturnType<typeof workUp>,
  sizeMax: number,
  made: (session: Session) => Session,
): Promise<void> {
  const session = await engine.connect('migration');
  try {
    await workAt(engine, control, made(session), work, { retries: true, finish: true, sizeMax });
  } finally {
    await session.end().catch(() => {});
  }
}

const GONE_LOOKS = 200;
const GONE_LOOK_MS = 10;

/** Its transaction is over when this returns. */
async function endProcess(control: Session, pid: number): Promise<void> {
  await control.query('SELECT pg_catalog.pg_terminate_backend($1::integer)', [String(pid)]);
  for (let looks = 0; looks < GONE_LOOKS; looks++) {
    const there = await control.query('SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer', [String(pid)]);
    if (there.length === 0) return;
    await pause(GONE_LOOK_MS, new AbortController().signal);
  }
}

function outcomeOf(engine: Engine): Promise<Outcome> {
  return withRowReader(engine, async (session, tables) => {
    const prints = await printRows(session, tables);
    const found = await readTables(session, engine.settings.trackingSchema);
    return { prints, rows: (await readRows(session, [...found.values()])).tables };
  });
}

/** Numbers from sequences are others each time that something fails: what depends on them differs anyway. */
function shiftSequences(engine: Engine): Promise<void> {
  return inOwnSession(engine, async (session) => {
    await session.query(
      `SELECT pg_catalog.setval(s.seqrelid::pg_catalog.regclass, least(s.seqmax, coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), s.seqstart) + 7 * s.seqincrement))
FROM pg_catalog.pg_sequence AS s JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
WHERE s.seqincrement > 0 AND c.relpersistence <> 't' AND pg_catalog.has_sequence_privilege(s.seqrelid, 'UPDATE')`,
    );
  });
}

async function problemOr<T>(use: () => Promise<T>): Promise<T | Problem> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof Problem && error.code !== 'cancelled') return error;
    throw error;
  }
}

function messageOf(problem: Problem): string {
  return problem.fields.server?.message ?? problem.message;
}
