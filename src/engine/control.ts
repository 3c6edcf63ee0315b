import { checkFenceItem, heldItem, type Runner, readRunner, renewLeaseItem } from '../ledger/lease.ts';
import { LAYOUT_NEWEST, type LedgerNames, ledgerNames } from '../ledger/names.ts';
import { type Ledger, ledgerItems, ledgerOf, readOlderLedger } from '../ledger/read.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import type { Batch, BatchItem, ItemResult } from '../postgres/pipeline.ts';
import { refuseUnsupported, SERVER_INFO, type ServerInfo, serverInfoOf } from '../postgres/server-info.ts';
import type { Session } from '../postgres/session.ts';
import { SessionLost } from '../postgres/session-lost.ts';
import { pinSettings, type SessionPins, setLocal } from '../postgres/session-settings.ts';
import { Problem } from '../problem/problem.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { Engine } from './engine.ts';
import { databaseProblem, isDatabaseError } from './failure.ts';

/**
 * The session that watches over a run: it reads the ledger, holds the run's lease and writes what must survive a failed
 * migration. It is never inside a transaction for longer than one statement, so it is in nobody's way.
 */
export class Control {
  readonly server: ServerInfo;
  /** Whose privileges count: the role that the session has taken, or the user that logged in. */
  readonly role: string;
  readonly names: LedgerNames;
  readonly ledger: Ledger;
  /** The run that held the lease when this was read, if it was alive. */
  readonly runner: Runner | undefined;
  /** A run ended without giving its lease back: nobody has yet put on record what it was at. */
  readonly abandoned: boolean;
  /** The number of this run's lease, while it holds one: see checkFenceItem. */
  fence: string | undefined;
  /** How often the server itself was away, not only the connection. */
  timesAway = 0;
  /** ServerInfo.started of the server that this run was last known to talk to. */
  started: string;
  /** It did not come back in time: nobody waits for it once more. */
  gone = false;
  #session: Session;

  constructor(session: Session, read: Pick<Control, 'server' | 'role' | 'names' | 'ledger' | 'runner' | 'abandoned'>) {
    this.#session = session;
    this.server = read.server;
    this.started = read.server.started;
    this.role = read.role;
    this.names = read.names;
    this.ledger = read.ledger;
    this.runner = read.runner;
    this.abandoned = read.abandoned;
  }

  get session(): Session {
    return this.#session;
  }

  /** Goes on with another session, after the first was lost. `started`: ServerInfo.started as read over it. */
  goOnWith(session: Session, started: string): void {
    this.#session = session;
    this.started = started;
  }

  /** What a transaction of this run begins with, so that it is none once another run has taken the lease. */
  get fenceItems(): BatchItem[] {
    return this.fence === undefined ? [] : [checkFenceItem(this.names, this.fence)];
  }

  /**
   * The same in front of a statement that cannot stand in a transaction, in the transaction before it: nobody takes the lease
   * in the moment between.
   */
  get prolongItems(): BatchItem[] {
    return this.fence === undefined ? [] : [renewLeaseItem(this.names, this.fence), ...this.fenceItems];
  }

  /** Writes the items in one transaction of their own, under the run's lease. Throws as Session.batch. */
  async write(items: readonly BatchItem[]): Promise<void> {
    await this.session.batch([[PATIENT, ...this.fenceItems, ...items]]);
  }
}

/**
 * The audit trail has one writer at a time: somebody who records a migration by hand holds it to the end of a transaction.
 * To wait for that stalls no application, and a step that is done must not stay without its record. Shorter than a lease.
 */
const PATIENT = setLocal('lock_timeout', '8000');

/** Opens the control session, runs `use`, and closes it whatever happens. */
export async function withControl<T>(engine: Engine, use: (control: Control) => Promise<T>): Promise<T> {
  const session = await openControlSession(engine);
  let control: Control | undefined;
  try {
    control = await readControl(engine, session);
    return await use(control);
  } catch (error) {
    throw isServers(error) ? databaseProblem(error, 'the run was stopped') : error;
  } finally {
    await (control?.session ?? session).end();
  }
}

/** The same for who does not need the ledger: the session alone. */
export async function withControlSession<T>(engine: Engine, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openControlSession(engine);
  try {
    return await use(session);
  } catch (error) {
    throw isServers(error) ? databaseProblem(error, 'cannot read the database') : error;
  } finally {
    await session.end();
  }
}

/** What the server or the way to it is to blame for, not a fault of ours. */
function isServers(error: unknown): boolean {
  return isDatabaseError(error) || error instanceof SessionLost;
}

/** Its settings hold to the end of each transaction: a pooler may hand its server process to somebody else at any time. */
export async function openControlSession(engine: Engine): Promise<Session> {
  const session = await engine.connect('control');
  session.beginEachWith(controlPinItem(engine));
  return session;
}

async function readControl(engine: Engine, session: Session): Promise<Control> {
  const names = ledgerNames(engine.settings.trackingSchema);
  // One transaction, as long as it is not known whether a pooler is there: see Session.behindPooler.
  const batch = await session.runBatch([[SERVER_INFO, ...ledgerItems(names), heldItem(names)]]);
  const [info, entries, settings, held] = batch.results[0] ?? [];
  if (!info) throw databaseProblem(batch.failure?.error ?? noAnswer(), 'cannot set up the session', session.user);
  const server = serverInfoOf(info.rows[0], session.backendPid);
  refuseUnsupported(server);
  if (server.pooled) session.behindPooler();
  const role = engine.settings.role ?? server.user;
  const ledger = await ledgerFrom({ session, names, role }, entries, settings, batch.failure?.error);
  const runner = held?.rows[0] && (await readRunner(session, names));
  const abandoned = runner?.alive === false;
  return new Control(session, { server, role, names, ledger, runner: abandoned ? undefined : runner, abandoned });
}

/** The ledger as two statements of a batch answered it, or read the slow way where the tables are older or not there. */
async function ledgerFrom(
  { session, names, role }: Pick<Control, 'session' | 'names' | 'role'>,
  entries: ItemResult | undefined,
  settings: ItemResult | undefined,
  error: DatabaseError | undefined,
): Promise<Ledger> {
  if (entries && settings) return refuseNewer(ledgerOf(entries.rows, settings.rows));
  if (!error) throw noAnswer();
  if (error.code === '42501') throw unreadable(error, names, role);
  if (!MISSING.has(error.code ?? '')) throw databaseProblem(error, 'cannot read the tracking tables');
  return readOlderLedger(session, names).catch((older) => {
    throw isDatabaseError(older) && older.code === '42501' ? unreadable(older, names, role) : older;
  });
}

function noAnswer(): SessionLost {
  return new SessionLost('the server sent no answer');
}

function unreadable(error: DatabaseError, names: LedgerNames, role: string): Problem {
  const schema = displayIdentifier(names.schema);
  const to = displayIdentifier(role);
  const tables = `${schema}.schema_migrations, ${schema}.schema_migration_settings`;
  const inPublic = names.schema === 'public' && !error.message.includes('schema');
  const usage = inPublic ? '' : ` GRANT USAGE ON SCHEMA ${schema} TO ${to};`;
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

/** Reads the ledger anew; `before` goes first, in a transaction of its own. */
export async function rereadLedger(
  control: Control,
  before: readonly BatchItem[] = [],
): Promise<{ ledger: Ledger; before: Batch['results'][number] }> {
  const segments = before.length > 0 ? [before, ledgerItems(control.names)] : [ledgerItems(control.names)];
  const batch = await control.session.runBatch(segments);
  if (batch.failure && batch.failure.segment < segments.length - 1)
    throw databaseProblem(batch.failure.error, 'cannot take the lease of the tracking tables', control.role);
  const [entries, settings] = batch.results[segments.length - 1] ?? [];
  const ledger = await ledgerFrom(control, entries, settings, batch.failure?.error);
  return { ledger, before: before.length > 0 ? (batch.results[0] ?? []) : [] };
}

/** What the control session's transactions begin with. */
export function controlPinItem({ settings }: Engine): BatchItem {
  const pins: SessionPins = {
    ...(settings.role === undefined ? {} : { role: settings.role }),
    searchPath: 'pg_catalog, pg_temp',
    statementTimeoutMs: 0,
    lockTimeoutMs: settings.lockTimeoutMs,
    custom: { 'taskflow.tracking_schema': settings.trackingSchema },
  };
  return pinSettings(pins, 'transaction');
}
