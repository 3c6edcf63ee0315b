import type { Reading, Snapshot } from '../../catalog/snapshot.ts';
import { refuseUnsupported, SERVER_INFO, type ServerInfo, serverInfoOf } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import type { SnapshotOptions } from '../../snapshot/options.ts';
import { readSnapshot, SNAPSHOT_MAJORS } from '../../snapshot/read.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';

/** A schema and what it is the schema of. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: Snapshot;
}

/**
 * The schema of the engine's database, without the tracking tables and what came with extensions. Changes nothing.
 * Problem `lock-timeout` where another session's lock on a table stays too long, `cancelled` when the person stops it.
 */
export async function readSchema(engine: Engine, included: Reading): Promise<NamedSchema> {
  const sessions = [await engine.connect('control')];
  const cancel = () => sessions.forEach((session) => void session.cancel());
  engine.signal.addEventListener('abort', cancel);
  const openSecond = async () => (sessions[1] ??= await engine.connect('control'));
  try {
    const server = await serverOf(sessions[0]!);
    return {
      name: server.database,
      schema: await readSettled(engine, { open: sessions, openSecond }, server, included),
    };
  } finally {
    engine.signal.removeEventListener('abort', cancel);
    await Promise.all(sessions.map((session) => session.end()));
  }
}

interface Sessions {
  /** One, and a second where there was much to read. */
  readonly open: readonly Session[];
  /** The second, once it is asked for. */
  readonly openSecond: () => Promise<Session>;
}

async function serverOf(session: Session): Promise<ServerInfo> {
  const [row] = await session.query(SERVER_INFO.sql).catch((error: unknown) => {
    throw databaseProblem(error, 'cannot ask the server for its version');
  });
  const server = serverInfoOf(row, session.backendPid);
  refuseUnsupported(server);
  refuseUnknown(server);
  return server;
}

/** A newer server has properties that nobody would compare. */
export function refuseUnknown({ version, versionNum }: ServerInfo): void {
  if (majorOf(versionNum) <= SNAPSHOT_MAJORS.newest) return;
  throw new Problem('server-unsupported', `the schema of PostgreSQL ${version} cannot be read whole`, {
    expected: `PostgreSQL ${SNAPSHOT_MAJORS.oldest} to ${SNAPSHOT_MAJORS.newest}`,
    state: 'Nothing was compared.',
    next: ['Use a newer version of taskflow-db.'],
  });
}

const majorOf = (versionNum: number) => Math.trunc(versionNum / 10_000);

/** Somebody who creates and drops objects meanwhile makes the server stumble; after so many times it is said. */
const TRIES_MAX = 4;

async function readSettled(
  engine: Engine,
  { open, openSecond }: Sessions,
  server: ServerInfo,
  included: Reading,
): Promise<Snapshot> {
  const options: SnapshotOptions = {
    ...included,
    major: majorOf(server.versionNum),
    trackingSchema: engine.settings.trackingSchema,
    role: engine.settings.role,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  };
  for (let tries = 1; ; tries++) {
    try {
      return await readSnapshot(open[0]!, options, openSecond);
    } catch (error) {
      if (engine.signal.aborted) throw new Problem('cancelled', 'stopped', { state: 'Nothing was changed.' });
      if (tries === TRIES_MAX || !isStumble(error)) throw unreadable(error, server);
      for (const session of open) await session.query('ROLLBACK');
    }
  }
}

/** Far more than any read takes; migrations hold such locks for a moment only. */
const LOCK_TIMEOUT_MS = 10_000;

/**
 * The catalogs are read as of the transaction's snapshot, but what writes expressions out looks at them as they are now: an
 * object that was dropped in between is missing there (pg_dump has the same notes about ruleutils.c).
 */
export function isStumble(error: unknown): boolean {
  return isDatabaseError(error) && ['XX000', '42P01', '42704', '42703', '42883', '3F000'].includes(error.code ?? '');
}

function unreadable(error: unknown, { database }: ServerInfo): Problem {
  const problem = databaseProblem(error, `cannot read the schema of ${database}`);
  if (!isDatabaseError(error) || error.code !== '55P03') return problem;
  return new Problem('lock-timeout', `${problem.message}: a table is locked`, {
    ...problem.fields,
    state: 'Nothing was changed.',
    next: ['Wait until the session that holds the lock is done, and run the command again.'],
  });
}
