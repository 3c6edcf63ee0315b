import { LAYOUT_NEWEST, type LedgerNames, ledgerNames, RUNNER_LOCK_CLASS } from '../ledger/names.ts';
import { type Ledger, ledgerItems, ledgerOf, readOlderLedger } from '../ledger/read.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import type { Batch, BatchItem } from '../postgres/pipeline.ts';
import { refuseUnsupported, SERVER_INFO, type ServerInfo, serverInfoOf } from '../postgres/server-info.ts';
import type { Session } from '../postgres/session.ts';
import { pinSession, type SessionPins } from '../postgres/session-settings.ts';
import { Problem } from '../problem/problem.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { Engine } from './engine.ts';
import { databaseProblem } from './failure.ts';

/**
 * The session that watches over a run: it reads the ledger, holds the runners' lock and writes what must survive a failed
 * migration. It is never inside a transaction for longer than one statement, so it is in nobody's way.
 */
export interface Control {
  readonly session: Session;
  readonly server: ServerInfo;
  /** Whose privileges count: the role that the session has taken, or the user that logged in. */
  readonly role: string;
  readonly names: LedgerNames;
  readonly ledger: Ledger;
  /** Some runner held the lock when this was read. */
  readonly runnerActive: boolean;
}

/** Opens the control session, runs `use`, and closes it whatever happens. */
export async function withControl<T>(engine: Engine, use: (control: Control) => Promise<T>): Promise<T> {
  const session = await engine.connect('control');
  try {
    return await use(await readControl(engine, session));
  } finally {
    await session.end();
  }
}

async function readControl(engine: Engine, session: Session): Promise<Control> {
  const names = ledgerNames(engine.settings.trackingSchema);
  const basics = [SERVER_INFO, runnerActiveItem(names)];
  const batch = await session.runBatch([[pinSession(controlPins(engine))], basics, ledgerItems(names)]);
  if (batch.failure && batch.failure.segment < 2)
    throw databaseProblem(batch.failure.error, 'cannot set up the session');
  const server = serverInfoOf(batch.results[1]?.[0]?.rows[0], session.backendPid);
  refuseUnsupported(server);
  const role = engine.settings.role ?? server.user;
  const runnerActive = batch.results[1]?.[1]?.rows[0]?.active === 't';
  const ledger = await ledgerFrom({ session, names, role }, batch, 2);
  return { session, server, role, names, ledger, runnerActive };
}

function runnerActiveItem(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid = ${RUNNER_LOCK_CLASS}
  AND objid::bigint = (pg_catalog.hashtext($1)::bigint & 4294967295) AND granted) AS active`,
    params: [names.schema],
    rows: true,
  };
}

/** The ledger as two statements of a batch answered it, or read the slow way where the tables are older or not there. */
async function ledgerFrom(
  { session, names, role }: Pick<Control, 'session' | 'names' | 'role'>,
  batch: Batch,
  segment: number,
): Promise<Ledger> {
  const [entries, settings] = batch.results[segment] ?? [];
  if (entries && settings) return refuseNewer(ledgerOf(entries.rows, settings.rows));
  const error = batch.failure?.error as DatabaseError;
  if (error.code === '42501') throw unreadable(error, names, role);
  if (!MISSING.has(error.code ?? '')) throw databaseProblem(error, 'cannot read the tracking tables');
  return readOlderLedger(session, names);
}

function unreadable(error: DatabaseError, names: LedgerNames, role: string): Problem {
  const schema = displayIdentifier(names.schema);
  const to = displayIdentifier(role);
  const tables = `${schema}.schema_migrations, ${schema}.schema_migration_settings`;
  const usage = names.schema === 'public' ? '' : ` GRANT USAGE ON SCHEMA ${schema} TO ${to};`;
  return databaseProblem(error, 'cannot read the tracking tables').with({
    next: [`Its owner or an administrator runs:${usage} GRANT SELECT ON ${tables} TO ${to};`],
  });
}

/** undefined_table, undefined_column, invalid_schema_name: the tables are older, or not there. */
const MISSING = new Set(['42P01', '42703', '3F000']);

function refuseNewer(ledger: Ledger): Ledger {
  if ((ledger.layout ?? 0) <= LAYOUT_NEWEST) return ledger;
  throw new Problem(
    'tracking-layout',
    `the tracking tables have layout ${ledger.layout}, made by a newer taskflow-db`,
    {
      expected: `layout ${LAYOUT_NEWEST} or older`,
      state: 'Nothing was run.',
      next: ['Use the newer version of taskflow-db.'],
    },
  );
}

export async function rereadLedger(
  control: Control,
  before: readonly BatchItem[] = [],
): Promise<{ ledger: Ledger; batch: Batch }> {
  const batch = await control.session.runBatch([before, ledgerItems(control.names)]);
  const ledger = await ledgerFrom(control, batch, 1);
  return { ledger, batch };
}

function controlPins(engine: Engine): SessionPins {
  const { settings } = engine;
  return {
    ...(settings.role === undefined ? {} : { role: settings.role }),
    searchPath: 'pg_catalog, pg_temp',
    statementTimeoutMs: 0,
    lockTimeoutMs: settings.lockTimeoutMs,
    custom: { 'taskflow.tracking_schema': settings.trackingSchema },
  };
}
