import {
  refuseReadOnly,
  refuseUnsupported,
  SERVER_INFO,
  type ServerInfo,
  serverInfoOf,
} from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { LOCK_CLASS, lockKeyOf, type RunMark, runOfName } from './scratch-name.ts';

/**
 * The session that makes and drops a run's scratch databases. It holds an advisory lock with the run's mark as long as the
 * run lives: pg_locks shows it to every other run, in whatever database, and it is gone the moment the run is.
 */
export class Keeper {
  readonly server: ServerInfo;
  readonly #session: Session;
  readonly #key: number;

  private constructor(session: Session, server: ServerInfo, mark: RunMark) {
    this.#session = session;
    this.server = server;
    this.#key = lockKeyOf(mark);
  }

  /**
   * Checks the server, takes the lock, and removes what runs left behind that are dead. What cannot be removed is told of, and
   * is no reason not to begin.
   */
  static async begin(session: Session, mark: RunMark, tell: (left: Problem) => void): Promise<Keeper> {
    const [row] = await session.query(SERVER_INFO.sql);
    const server = serverInfoOf(row, session.backendPid);
    refuseUnsupported(server);
    refuseReadOnly(server);
    if (server.pooled) throw behindPooler();
    const keeper = new Keeper(session, server, mark);
    await session.query('SELECT pg_catalog.pg_advisory_lock($1::integer, $2::integer)', keeper.#lock);
    for (const left of [...(await keeper.#sweepDatabases()), ...(await keeper.#sweepRoles())]) tell(left);
    return keeper;
  }

  get lost(): Error | undefined {
    return this.#session.lost;
  }

  query(sql: string, params: readonly (string | null)[] = []) {
    return this.#session.query(sql, params);
  }

  /** A role of the run, marked as such in the same transaction. */
  async createRole(name: string, mark: RunMark): Promise<void> {
    const role = quoteIdentifier(name);
    await this.#session.batch([
      [
        { sql: `CREATE ROLE ${role} NOLOGIN` },
        { sql: `COMMENT ON ROLE ${role} IS ${quoteLiteral(`${ROLE_REMARK}${mark}: dropped when its run ends`)}` },
      ],
    ]);
  }

  /** Makes a database of UTF-8, empty or as the template is; nobody may be connected to that. */
  async create(name: string, options: { template?: string; owner?: string }): Promise<void> {
    const { template, owner } = options;
    const parts = [
      `CREATE DATABASE ${quoteIdentifier(name)}`,
      ...(owner === undefined ? [] : [`OWNER ${quoteIdentifier(owner)}`]),
      template === undefined ? await this.#emptyTemplate() : `TEMPLATE ${quoteIdentifier(template)}`,
      // Copying files takes two checkpoints (manual, CREATE DATABASE).
      ...(this.server.versionNum >= 150_000 ? ['STRATEGY wal_log'] : []),
    ];
    try {
      await this.query(parts.join(' '));
    } catch (error) {
      throw cannotCreate(error, this.server);
    }
    const remark = 'Scratch database of taskflow-db: dropped when its run ends, or by the next run.';
    await this.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS '${remark}'`);
  }

  /** Not template1, which an administrator may have filled. */
  async #emptyTemplate(): Promise<string> {
    const [row] = await this.query(
      "SELECT pg_catalog.pg_encoding_to_char(encoding) AS encoding FROM pg_catalog.pg_database WHERE datname = 'template0'",
    );
    const utf8 = row?.encoding === 'UTF8';
    // Any other encoding goes with its locales; C goes with all.
    return utf8 ? 'TEMPLATE template0' : "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";
  }

  /** Drops it with whoever is connected. */
  async drop(name: string): Promise<void> {
    if (this.server.versionNum >= 130_000) {
      await this.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
      return;
    }
    await this.query(
      'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1',
      [name],
    );
    await this.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  }

  /** Gives the lock back, and drops what roles are needed no more, those of this run as well. What is left. */
  async end(): Promise<Problem[]> {
    try {
      if (this.lost) return [];
      await this.query('SELECT pg_catalog.pg_advisory_unlock($1::integer, $2::integer)', this.#lock);
      return await this.#sweepRoles();
    } finally {
      await this.#session.end();
    }
  }

  get #lock(): string[] {
    return [String(LOCK_CLASS), String(this.#key)];
  }

  /**
   * Drops databases whose run is dead; what cannot be dropped. They are listed before the locks are looked at, so that a run which
   * begins meanwhile, and takes its lock first of all, is seen. They may belong to a role that was made for that run.
   */
  async #sweepDatabases(): Promise<Problem[]> {
    const databases = await this.query(
      `SELECT datname FROM pg_catalog.pg_database
WHERE datname LIKE 'taskflow\\_scratch\\_%' AND pg_catalog.pg_has_role(datdba, 'USAGE')`,
    );
    const marked = databases.flatMap(({ datname }) => {
      const run = runOfName(datname ?? '');
      return run === undefined ? [] : [{ name: datname ?? '', key: lockKeyOf(run) }];
    });
    if (marked.length === 0) return [];
    const alive = await this.#aliveKeys();
    const left: Problem[] = [];
    for (const { name } of marked.filter(({ key }) => !alive.has(key)))
      await this.drop(name).catch((error: unknown) => left.push(notDropped(`database ${name}`, error)));
    return left;
  }

  /** Drops the roles that dead runs have made. What another run has given to them, or granted, keeps them until that has ended. */
  async #sweepRoles(): Promise<Problem[]> {
    const roles = await this.query(MARKED_ROLES, [ROLE_REMARK]);
    if (roles.length === 0) return [];
    const alive = await this.#aliveKeys();
    const left: Problem[] = [];
    for (const { name } of roles.filter(({ mark }) => !alive.has(lockKeyOf(mark ?? ''))))
      await this.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name ?? '')}`).catch((error: unknown) => {
        if (!isInUse(error)) left.push(notDropped(`role ${name}`, error));
      });
    return left;
  }

  async #aliveKeys(): Promise<ReadonlySet<number>> {
    const rows = await this.query(
      `SELECT objid::bigint AS key FROM pg_catalog.pg_locks
WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2 AND granted`,
      [String(LOCK_CLASS)],
    );
    return new Set(rows.map(({ key }) => Number(key) | 0));
  }
}

const ROLE_REMARK = 'taskflow-db scratch role of run ';

const MARKED_ROLES = `SELECT rolname AS name, pg_catalog.substr(remark, pg_catalog.length($1::text) + 1, 8) AS mark
FROM pg_catalog.pg_roles, LATERAL pg_catalog.shobj_description(oid, 'pg_authid') AS remark
WHERE pg_catalog.starts_with(remark, $1::text)`;

/** A database of another run, or one that is left, has objects of it: it is dropped by a run behind that. */
function isInUse(error: unknown): boolean {
  return isDatabaseError(error) && error.code === '2BP01';
}

/** What a run has made and cannot drop; a later one will try again. */
export function notDropped(what: string, error: unknown): Problem {
  return databaseProblem(error, `the scratch ${what} cannot be dropped`).with({
    state: 'It is left on the scratch server; every later run tries to drop it.',
  });
}

function behindPooler(): Problem {
  return new Problem('scratch-unavailable', 'the scratch server is reached through a pooler', {
    expected: 'a direct connection: each scratch database is a new one, which no pooler knows',
    state: 'Nothing was compared or proven.',
    next: ['Give the direct address of the server: --scratch URL'],
  });
}

function cannotCreate(error: unknown, { user }: ServerInfo): Problem {
  const problem = databaseProblem(error, 'cannot make a scratch database', user);
  if (!isDatabaseError(error)) return problem;
  const denied = error.code === '42501';
  return new Problem('scratch-unavailable', problem.message, {
    ...problem.fields,
    state: 'Nothing was compared or proven.',
    next: denied
      ? [`An administrator of that server allows it: ALTER ROLE ${quoteIdentifier(user)} CREATEDB;`, OTHER_SERVER]
      : [OTHER_SERVER],
  });
}

const OTHER_SERVER =
  'Or use another server: leave --scratch out for the embedded one, or name one where databases may be made.';
