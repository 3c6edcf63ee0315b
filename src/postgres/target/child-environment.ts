import { isIP } from 'node:net';
import { type ConnectionTarget, isSocket, type SslSettings, type TargetHost } from './target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The server that a session of ours has reached, so that a program gets to the same one and not to another of the list. */
export interface ReachedHost {
  readonly host: TargetHost;
  /** The IP address behind the name; undefined for a socket. */
  readonly address: string | undefined;
}

export interface ChildConnection {
  readonly reached: ReachedHost;
  /** What a password command printed. */
  readonly password?: string | undefined;
  /** In place of the target's. */
  readonly database?: string | undefined;
  /** What pg_stat_activity shows, unless the user chose a name. */
  readonly applicationName: string;
}

/**
 * The environment of a program of PostgreSQL (pg_dump, pg_restore) that is to connect as we did: libpq's variables (manual,
 * "Environment Variables") for the server, database and TLS of the target, and nothing that named another one. A password
 * stands there and never among the arguments, where every user of the machine could read it.
 */
export function childEnvironment(
  target: ConnectionTarget,
  inherited: Environment,
  { reached, password, database, applicationName }: ChildConnection,
): Record<string, string> {
  const { host } = reached;
  const variables: Record<string, string | undefined> = {
    ...hostVariables(reached),
    PGDATABASE: database ?? target.database,
    PGUSER: target.user,
    PGPASSWORD: password ?? host.password?.reveal(),
    // Looked into already; libpq would ask it again where there is no password, and warn of what we have warned of.
    PGPASSFILE: target.passfile,
    PGAPPNAME: target.applicationName ?? applicationName,
    PGOPTIONS: target.options,
    PGCONNECT_TIMEOUT: target.connectTimeoutMs > 0 ? String(Math.ceil(target.connectTimeoutMs / 1000)) : undefined,
    PGCHANNELBINDING: target.channelBinding,
    PGREQUIREAUTH: target.requireAuth?.join(','),
    // Our own session went without it, and another line of pg_hba.conf may hold for connections with it.
    PGGSSENCMODE: 'disable',
    PGTZ: target.sessionDefaults.timezone,
    PGDATESTYLE: target.sessionDefaults.datestyle,
    PGGEQO: target.sessionDefaults.geqo,
    ...sslVariables(target.ssl),
    // What it says is read by us.
    LC_ALL: 'C',
  };
  return present({ ...neutral(inherited), ...variables });
}

/** Why no environment makes such a program (its major version) connect as safely as the target asks; undefined where one does. */
export function notForChild(target: ConnectionTarget, major: number): string | undefined {
  const { ssl } = target;
  if (ssl.sslpassword !== undefined) return 'libpq has no variable for the password of the client key (sslpassword)';
  if (ssl.sslrootcert === 'system' && major < 16) return `sslrootcert=system is not known to libpq ${major}`;
  if (ssl.sslnegotiation === 'direct' && major < 17) return `sslnegotiation=direct is not known to libpq ${major}`;
  if (target.requireAuth && major < 16) return `require_auth is not known to libpq ${major}`;
  return undefined;
}

function hostVariables({ host, address }: ReachedHost): Record<string, string | undefined> {
  const named = host.host === '' ? undefined : host.host;
  const isName = named !== undefined && !isSocket(named) && isIP(named) === 0;
  return { PGHOST: named, PGHOSTADDR: host.hostaddr ?? (isName ? address : undefined), PGPORT: String(host.port) };
}

/** Where no certificate is to be sent; libpq goes on without one where the file is not there. */
const NO_FILE = '/dev/null/none';

function sslVariables(ssl: SslSettings): Record<string, string | undefined> {
  return {
    PGSSLMODE: ssl.sslmode,
    PGSSLNEGOTIATION: ssl.sslnegotiation,
    PGSSLROOTCERT: ssl.sslrootcert,
    PGSSLCERT: ssl.sslcert ?? NO_FILE,
    PGSSLKEY: ssl.sslkey,
    PGSSLCRL: ssl.sslcrl,
    PGSSLCRLDIR: ssl.sslcrldir,
    PGSSLSNI: ssl.sslsni ? '1' : '0',
    PGSSLMINPROTOCOLVERSION: ssl.minVersion,
    PGSSLMAXPROTOCOLVERSION: ssl.maxVersion,
  };
}

/** All that libpq, or this tool, would take for a target, a password or a setting is taken out. */
function neutral(inherited: Environment): Environment {
  const ours = /^(?:PG[A-Z_]+|DB_(?:HOST|PORT|NAME|USER|PASSWORD)|DATABASE_URL|TASKFLOW_[A-Z_]+|LANGUAGE)$/;
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !ours.test(name)));
}

function present(variables: Environment): Record<string, string> {
  const given = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
