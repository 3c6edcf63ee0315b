import type { ServerInfo } from '../../postgres/server-info.ts';
import { refuseReadOnly, refuseUnsupported, SERVER_INFO, serverInfoOf } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem } from '../failure.ts';
import { markOfRestoring, restoringMark, restoringName } from './restoring-name.ts';

/**
 * The session that makes, drops and renames databases of a restore, from another database of the server. It holds an advisory
 * lock with the run's mark as long as the run lives: every other run sees by that whether a half restored database is still in
 * somebody's hands.
 */
export class RestoreKeeper {
  readonly session: Session;
  readonly server: ServerInfo;
  /** The database that this run loads into. */
  readonly loading: string;

  private constructor(session: Session, server: ServerInfo, loading: string) {
    this.session = session;
    this.server = server;
    this.loading = loading;
  }

  /** `replaced`: the database that is to be renamed, to which nobody may be connected. */
  static async begin(engine: Engine, replaced: string | undefined): Promise<RestoreKeeper> {
    const session = await openElsewhere(engine, replaced);
    try {
      const [row] = await session.query(SERVER_INFO.sql);
      const server = serverInfoOf(row, session.backendPid);
      refuseUnsupported(server);
      refuseReadOnly(server);
      if (server.pooled) throw behindPooler();
      const mark = restoringMark(engine.run.runId);
      await session.query('SELECT pg_catalog.pg_advisory_lock($1::integer, $2::integer)', [LOCK_CLASS, keyOf(mark)]);
      const keeper = new RestoreKeeper(session, server, restoringName(mark));
      await keeper.#sweep(engine);
      return keeper;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** Drops what killed runs have left, and says so; the half of a backup that is in there is of use to nobody. */
  async #sweep({ emit }: Engine): Promise<void> {
    const left = await this.session.query(LEFT);
    const alive = new Set((await this.session.query(ALIVE, [LOCK_CLASS])).map(({ key }) => key));
    for (const { name, says } of left) {
      const mark = markOfRestoring(name ?? '');
      if (mark === undefined || alive.has(keyOf(mark))) continue;
      const what = `the database ${name}, which a restore that was killed had left half loaded${says ? ` (${says})` : ''}`;
      await this.drop(name ?? '').then(
        () => emit({ kind: 'warning', message: `Dropped ${what}.` }),
        (error: unknown) => emit({ kind: 'warning', message: `Cannot drop ${what}: ${textOf(error)}` }),
      );
    }
  }

  async exists(database: string): Promise<boolean> {
    const rows = await this.session.query('SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1', [database]);
    return rows.length > 0;
  }

  /** Drops it with whoever is connected. */
  async drop(database: string): Promise<void> {
    const name = quoteIdentifier(database);
    if (this.server.versionNum >= 130_000) {
      await this.session.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return;
    }
    await this.session.query(TERMINATE, [database]);
    await this.session.query(`DROP DATABASE IF EXISTS ${name}`);
  }

  end(): Promise<void> {
    return this.session.end();
  }
}

/** The letters `tfrs`. */
const LOCK_CLASS = String(0x74_66_72_73);

function keyOf(mark: string): string {
  return String(Number.parseInt(mark, 16) | 0);
}

const LEFT = `SELECT d.datname AS name, pg_catalog.shobj_description(d.oid, 'pg_database') AS says FROM pg_catalog.pg_database AS d
WHERE d.datname LIKE 'taskflow\\_restoring\\_%' AND pg_catalog.pg_has_role(d.datdba, 'USAGE')`;

const ALIVE = `SELECT (CASE WHEN objid::bigint > 2147483647 THEN objid::bigint - 4294967296 ELSE objid::bigint END)::text AS key
FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2 AND granted`;

/** Ends whoever is connected to a database. */
export const TERMINATE = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid()`;

/** There is no such database, the role may not connect to it, or nobody may. */
const NEXT_MAY_HELP: ReadonlySet<string> = new Set(['3D000', '42501', '28000', '55000']);

/** A session on a database of the server that stays as it is. The one that is named comes last: it may be gone. */
async function openElsewhere(engine: Engine, replaced: string | undefined): Promise<Session> {
  const candidates = [...new Set(['postgres', 'template1', engine.target.database])].filter((one) => one !== replaced);
  let first: unknown;
  for (const database of candidates) {
    try {
      return await engine.connect('restore', database);
    } catch (error) {
      if (!(error instanceof Problem) || !NEXT_MAY_HELP.has(error.fields.server?.sqlstate ?? '')) throw error;
      first ??= error;
    }
  }
  throw first;
}

function behindPooler(): Problem {
  return new Problem('restore-refused', 'the server is reached through a pooler', {
    expected: 'a direct connection: a restore makes and renames databases, which no pooler knows',
    state: 'Nothing was changed.',
    next: ['Give the direct address of the server: --host, --port'],
  });
}

function textOf(error: unknown): string {
  const problem = databaseProblem(error, 'refused');
  return problem.fields.server?.message ?? problem.message;
}
