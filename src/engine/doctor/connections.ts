import type { Row } from '../../postgres/row.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import type { Finding } from '../finding.ts';

/** A run's sessions: one that watches over it, one that migrates. A request to cancel takes no connection (manual, "Canceling Requests in Progress"). */
const NEEDED = 2;
/** After a loss the server may count those that are gone for a moment, while the new ones come. */
const COMFORTABLE = 4;

/**
 * Whether as many connections are free as a run needs, of the server's, the database's and the role's. A session without a
 * database is replication's, which has its own places; a superuser is bound by max_connections alone.
 */
export async function connections(control: Control): Promise<Finding> {
  const [row] = await control.session.query(COUNTS);
  const limits = row ? limitsIn(row, control) : [];
  const [scarcest] = limits.sort((a, b) => a.free - b.free);
  const name = 'connections';
  if (!scarcest || scarcest.free >= COMFORTABLE) {
    return { name, level: 'ok', found: `a run takes ${NEEDED}${scarcest ? `; ${scarcest.free} are free` : ''}` };
  }
  const free = scarcest.free === 1 ? '1 is' : `${scarcest.free} are`;
  return {
    name,
    level: scarcest.free < NEEDED ? 'wrong' : 'note',
    found: `a run takes ${NEEDED}, and ${COMFORTABLE} for a moment after it lost its connection; ${free} free: ${scarcest.what}`,
    advice: scarcest.advice,
  };
}

const COUNTS = `WITH others AS (SELECT a.datname, a.usename FROM pg_catalog.pg_stat_activity AS a
  WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
    AND a.pid <> pg_catalog.pg_backend_pid())
SELECT r.rolsuper AS superuser, r.rolconnlimit AS of_role, d.datconnlimit AS of_database,
  pg_catalog.current_setting('max_connections') AS of_server,
  pg_catalog.current_setting('superuser_reserved_connections')::integer
    + coalesce(pg_catalog.current_setting('reserved_connections', true)::integer, 0) AS reserved,
  (SELECT count(*) FROM others) AS on_server,
  (SELECT count(*) FROM others WHERE others.datname = d.datname) AS on_database,
  (SELECT count(*) FROM others WHERE others.usename = r.rolname) AS by_role
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
WHERE r.rolname = session_user AND d.datname = pg_catalog.current_database()`;

interface Limit {
  /** Those for a run, this session's own among them. */
  readonly free: number;
  readonly what: string;
  readonly advice: string;
}

function limitsIn(row: Row, { server }: Control): Limit[] {
  const superuser = row.superuser === 't';
  const reserved = superuser ? 0 : Number(row.reserved);
  const kept = reserved > 0 ? `, ${reserved} kept for administrators` : '';
  const limits: Limit[] = [
    {
      free: Number(row.of_server) - reserved - Number(row.on_server),
      what: `max_connections is ${row.of_server}${kept}, ${row.on_server} are taken`,
      advice: 'Run it when fewer are at work, end idle sessions, or raise max_connections.',
    },
  ];
  if (superuser) return limits;
  if (Number(row.of_role) >= 0) limits.push(roleLimit(row, displayIdentifier(server.user)));
  if (Number(row.of_database) >= 0) limits.push(databaseLimit(row, displayIdentifier(server.database)));
  return limits;
}

function roleLimit({ of_role: limit, by_role: taken }: Row, role: string): Limit {
  return {
    free: Number(limit) - Number(taken),
    what: `the role ${role} has CONNECTION LIMIT ${limit}, others have taken ${taken} of them`,
    advice: `An administrator runs: ALTER ROLE ${role} CONNECTION LIMIT ${Number(taken) + COMFORTABLE};`,
  };
}

function databaseLimit({ of_database: limit, on_database: taken }: Row, database: string): Limit {
  return {
    free: Number(limit) - Number(taken),
    what: `the database ${database} has CONNECTION LIMIT ${limit}, others have taken ${taken} of them`,
    advice: `Its owner runs: ALTER DATABASE ${database} CONNECTION LIMIT ${Number(taken) + COMFORTABLE};`,
  };
}
