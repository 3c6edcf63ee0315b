import { AUTH_METHODS, SESSION_ATTRIBUTES, SSL_MODES, TLS_VERSIONS } from './target.ts';

/** What is known of one of libpq's parameters. */
export interface Keyword {
  /** The environment variable of the same meaning. */
  readonly variable?: string;
  readonly values?: readonly string[];
  readonly integer?: true;
  readonly secret?: true;
  /** It names the target itself; under `--env` no variable may supply it. */
  readonly target?: true;
  /** Cannot be honoured here: values that ask for nothing pass, any other is refused and told why. */
  readonly refused?: { readonly except: readonly string[]; readonly why: string };
}

const NO_GSS = 'the driver has no GSSAPI';

/**
 * libpq's parameter keywords and their environment variables (manual, chapter libpq, "Parameter Key Words" and
 * "Environment Variables", release 18), in the manual's order. One without a mark is used, or is named below as ignored.
 */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  host: { variable: 'PGHOST', target: true },
  hostaddr: { variable: 'PGHOSTADDR', target: true },
  port: { variable: 'PGPORT', target: true },
  dbname: { variable: 'PGDATABASE', target: true },
  user: { variable: 'PGUSER', target: true },
  password: { variable: 'PGPASSWORD', secret: true },
  passfile: { variable: 'PGPASSFILE' },
  require_auth: { variable: 'PGREQUIREAUTH' },
  channel_binding: { variable: 'PGCHANNELBINDING', values: ['disable', 'prefer', 'require'] },
  connect_timeout: { variable: 'PGCONNECT_TIMEOUT', integer: true },
  // Ignored: text travels as UTF-8 both ways and the server converts, so the meaning of every character is kept.
  client_encoding: { variable: 'PGCLIENTENCODING' },
  options: { variable: 'PGOPTIONS' },
  application_name: { variable: 'PGAPPNAME' },
  fallback_application_name: {},
  keepalives: { integer: true },
  keepalives_idle: { integer: true },
  // Ignored: Node cannot set them; the system's values stand, and keepalives themselves stay on.
  keepalives_interval: { integer: true },
  keepalives_count: { integer: true },
  tcp_user_timeout: { integer: true },
  replication: {
    refused: { except: ['', 'false', 'off', 'no', '0'], why: 'a replication connection cannot run migrations' },
  },
  gssencmode: {
    variable: 'PGGSSENCMODE',
    values: ['disable', 'prefer', 'require'],
    refused: { except: ['', 'disable', 'prefer'], why: NO_GSS },
  },
  sslmode: { variable: 'PGSSLMODE', values: SSL_MODES },
  sslnegotiation: { variable: 'PGSSLNEGOTIATION', values: ['postgres', 'direct'] },
  // Ignored, as libpq itself does since release 14: there is no compression any more.
  sslcompression: { variable: 'PGSSLCOMPRESSION' },
  sslcert: { variable: 'PGSSLCERT' },
  sslkey: { variable: 'PGSSLKEY' },
  // Ignored: it only writes a file for debugging.
  sslkeylogfile: {},
  sslpassword: { secret: true },
  sslcertmode: {
    variable: 'PGSSLCERTMODE',
    values: ['disable', 'allow', 'require'],
    refused: { except: ['', 'disable', 'allow'], why: 'Node does not tell whether the server asked for a certificate' },
  },
  sslrootcert: { variable: 'PGSSLROOTCERT' },
  sslcrl: { variable: 'PGSSLCRL' },
  sslcrldir: { variable: 'PGSSLCRLDIR' },
  sslsni: { variable: 'PGSSLSNI', values: ['0', '1'] },
  // Refused only for a unix socket, where it means something: see build.ts.
  requirepeer: { variable: 'PGREQUIREPEER' },
  ssl_min_protocol_version: { variable: 'PGSSLMINPROTOCOLVERSION', values: TLS_VERSIONS },
  ssl_max_protocol_version: { variable: 'PGSSLMAXPROTOCOLVERSION', values: TLS_VERSIONS },
  min_protocol_version: {
    variable: 'PGMINPROTOCOLVERSION',
    values: ['3.0', '3.2', 'latest'],
    refused: { except: ['', '3.0'], why: 'the driver speaks protocol 3.0' },
  },
  // Ignored: 3.0 is below every upper bound that can be written.
  max_protocol_version: { variable: 'PGMAXPROTOCOLVERSION', values: ['3.0', '3.2', 'latest'] },
  // Ignored: they say how GSSAPI would be used; a server that insists on GSSAPI is refused when it asks.
  krbsrvname: { variable: 'PGKRBSRVNAME' },
  gsslib: { variable: 'PGGSSLIB' },
  gssdelegation: { variable: 'PGGSSDELEGATION' },
  scram_client_key: { secret: true, refused: { except: [''], why: 'the driver needs the password itself' } },
  scram_server_key: { secret: true, refused: { except: [''], why: 'the driver needs the password itself' } },
  service: { variable: 'PGSERVICE', target: true },
  servicefile: { variable: 'PGSERVICEFILE' },
  target_session_attrs: { variable: 'PGTARGETSESSIONATTRS', values: SESSION_ATTRIBUTES },
  load_balance_hosts: { variable: 'PGLOADBALANCEHOSTS', values: ['disable', 'random'] },
  // Ignored: a server that asks for OAuth is refused when it asks.
  oauth_issuer: {},
  oauth_client_id: {},
  oauth_client_secret: { secret: true },
  oauth_scope: {},
};

/** Session defaults that libpq sends for a variable (manual, "Environment Variables", its last list). */
export const SESSION_VARIABLES: Readonly<Record<string, string>> = {
  PGDATESTYLE: 'datestyle',
  PGTZ: 'timezone',
  PGGEQO: 'geqo',
};

/** Which kinds of authentication `require_auth` may name. */
export const REQUIRE_AUTH_VALUES: readonly string[] = AUTH_METHODS;

/** Parameters of other clients that people paste into a URL, and what to write instead. */
export const FOREIGN_PARAMETERS: Readonly<Record<string, string>> = {
  schema: 'Write options=-csearch_path%3DNAME, or "searchPath" in the configuration.',
  currentSchema: 'Write options=-csearch_path%3DNAME, or "searchPath" in the configuration.',
  search_path: 'Write options=-csearch_path%3DNAME, or "searchPath" in the configuration.',
  statement_timeout: 'Write options=-cstatement_timeout%3D10s, or "statementTimeout" in the configuration.',
  lock_timeout: 'Write "lockTimeout" in the configuration.',
  connection_limit: 'It is a setting of another client; take it out.',
  pool_timeout: 'It is a setting of another client; take it out.',
  pgbouncer: 'It is a setting of another client; take it out.',
  sslaccept: 'Write sslmode=require or sslmode=verify-full.',
  uselibpqcompat: 'libpq’s meaning always holds here; take it out.',
};
