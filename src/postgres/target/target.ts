import { Secret } from './secret.ts';

/** libpq's sslmode (manual, "SSL Support", table "SSL Mode Descriptions"). */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export const SESSION_ATTRIBUTES = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number];

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** Ways in which a server can ask who we are, as named by libpq's require_auth. */
export const AUTH_METHODS = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export interface TargetHost {
  /** A name, an IP address, a socket directory (`/dir`), an abstract socket (`@name`); empty where only `hostaddr` is given. */
  readonly host: string;
  /** The IP address to connect to in place of looking `host` up. */
  readonly hostaddr?: string;
  readonly port: number;
  /** By host, because the password file answers by host. */
  readonly password?: Secret;
}

/** What TLS needs; files are paths, read only when a connection uses TLS. The names are libpq's. */
export interface SslSettings {
  readonly sslmode: SslMode;
  readonly sslnegotiation: 'postgres' | 'direct';
  /** A file, or `system` for the trusted roots of this machine. */
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly sslpassword?: Secret;
  readonly sslcrl?: string;
  readonly sslcrldir?: string;
  readonly sslsni: boolean;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
}

/** One database to work on and how to get there, complete and checked. Holds no password that printing would show. */
export interface ConnectionTarget {
  /** In the order to try; at least one. */
  readonly hosts: readonly TargetHost[];
  readonly database: string;
  readonly user: string;
  /** Program and arguments that print the password; run once a target, before the first connection. */
  readonly passwordCommand?: readonly string[];
  /** The password file that was looked into, for messages. */
  readonly passfile?: string;
  readonly ssl: SslSettings;
  /** For each address of each host, from the first packet to the session; 0 waits for ever. */
  readonly connectTimeoutMs: number;
  readonly targetSessionAttrs: SessionAttributes;
  /** Hosts and their addresses are tried in random order. */
  readonly loadBalanceHosts: boolean;
  /** Sent to the server as they are: `-c name=value ...`. */
  readonly options?: string;
  /** Given by the user; stands in front of the tool's own name. */
  readonly applicationName?: string;
  /** Session defaults that libpq takes from PGTZ, PGDATESTYLE and PGGEQO. */
  readonly sessionDefaults: Readonly<Record<string, string>>;
  readonly keepalives: boolean;
  /** Idle time before the first keepalive; 0 for the system's. */
  readonly keepalivesIdleMs: number;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
  /** Only these ways of authentication may be used; absent for any. */
  readonly requireAuth?: readonly AuthMethod[];
  readonly gssencmode: 'disable' | 'prefer';
  /** Which of flags, DATABASE_URL, DB_*, PG* or an environment named the target. */
  readonly source: string;
  /** Worth saying once, before connecting: a password file that was ignored, and why. */
  readonly warnings: readonly string[];
}

/** Is this host a unix socket: a directory, or a name in Linux's abstract namespace? */
export function isSocket(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}

/** `db.example:5433`, `[::1]:5432`, `/var/run/postgresql:5432`. */
export function describeHost(host: Pick<TargetHost, 'host' | 'hostaddr' | 'port'>): string {
  const name = host.host || host.hostaddr || '';
  return `${name.includes(':') ? `[${name}]` : name}:${host.port}`;
}

/** `db.example:5433/taskflow_db as ada`, several hosts with commas between them; never a secret. */
export function describeTarget(target: Pick<ConnectionTarget, 'hosts' | 'database' | 'user'>): string {
  return `${target.hosts.map(describeHost).join(',')}/${target.database} as ${target.user}`;
}

/** Every secret that the target holds, for the gate that masks output. What a password command prints comes later: see connect. */
export function secretsOf(target: ConnectionTarget): string[] {
  const secrets = [...target.hosts.map((host) => host.password), target.ssl.sslpassword];
  return [...new Set(secrets.flatMap((secret) => (secret?.reveal() ? [secret.reveal()] : [])))];
}

/** The same target with a password that was typed in; it stands in front of every other source. */
export function withPassword(target: ConnectionTarget, password: string, origin = 'the prompt'): ConnectionTarget {
  const { passwordCommand: _, ...rest } = target;
  const secret = new Secret(password, origin);
  return { ...rest, hosts: target.hosts.map((host) => ({ ...host, password: secret })) };
}
