/** What psql and the tool are asked to connect with, side by side: connection.test.ts. */
import type { Fakes } from './connection-fakes.ts';
import type { Certificates } from './connection-server.ts';

export interface World {
  /** Port and socket folder of the primary, which has TLS, and of its standby, which has none. */
  readonly p: number;
  readonly s: number;
  readonly dir: string;
  readonly tls: Certificates;
  readonly fake: Fakes['ports'];
  /** A port where nobody listens. */
  readonly none: number;
}

export interface Input {
  /** A connection string; as psql's first argument and as DATABASE_URL. */
  readonly to?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the home directory, with their modes. */
  readonly home?: Readonly<Record<string, string | readonly [text: string, mode: number]>>;
}

export type Case = readonly [name: string, input: (world: World) => Input];

const PASSWORD = 'canary-Pa55:w\\ord';
const ENCODED = encodeURIComponent(PASSWORD);
const url = (who: string, port: number, rest = '') => `postgresql://${who}@127.0.0.1:${port}/taskflow_db${rest}`;
const db = (who: string, port: number, rest = '') => ({ to: url(who, port, rest) });
const tcp = (more: Record<string, string> = {}) => ({ PGHOST: '127.0.0.1', PGDATABASE: 'taskflow_db', ...more });
const as = (user: string, port: number, more: Record<string, string> = {}) =>
  tcp({ PGPORT: `${port}`, PGUSER: user, ...more });

export const ADMITTED: readonly Case[] = [
  ['URL', ({ p }) => db('trusted', p)],
  ['URL, other scheme', ({ p }) => ({ to: `postgres://trusted@127.0.0.1:${p}/taskflow_db` })],
  ['URL, database from the user', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}` })],
  ['URL, database from the user after a slash', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/` })],
  ['URL, encoded password', ({ p }) => db(`scrammed:${ENCODED}`, p)],
  ['URL, encoded database', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/sp%20ace%2Fd%40b` })],
  [
    'URL, everything in parameters',
    ({ p }) => ({ to: `postgresql:///?host=127.0.0.1&port=${p}&user=trusted&dbname=taskflow_db` }),
  ],
  ['URL, parameters win', ({ p }) => ({ to: `postgresql://nobody@127.0.0.1:${p}/x?user=trusted&dbname=taskflow_db` })],
  ['URL, ssl=true', ({ p }) => db('trusted', p, '?ssl=true')],
  ['URL, socket folder', ({ p, dir }) => ({ to: `postgresql:///taskflow_db?host=${dir}&port=${p}&user=trusted` })],
  [
    'URL, encoded socket folder',
    ({ p, dir }) => ({ to: `postgresql://trusted@${encodeURIComponent(dir)}:${p}/taskflow_db` }),
  ],
  [
    'URL, socket and sslmode=require',
    ({ p, dir }) => ({ to: `postgresql:///taskflow_db?host=${dir}&port=${p}&user=trusted&sslmode=require` }),
  ],
  [
    'URL, socket with SCRAM',
    ({ p, dir }) => ({ to: `postgresql://scrammed:${ENCODED}@/taskflow_db?host=${dir}&port=${p}` }),
  ],
  [
    'URL, host from PGHOST',
    ({ p }) => ({ to: `postgresql://trusted@/taskflow_db`, env: { PGHOST: '127.0.0.1', PGPORT: `${p}` } }),
  ],
  ['URL, port from PGPORT', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1/taskflow_db`, env: { PGPORT: `${p}` } })],
  ['URL, empty port', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:/taskflow_db`, env: { PGPORT: `${p}` } })],
  ['URL, application name', ({ p }) => db('trusted', p, '?application_name=my%20app')],
  ['URL, options', ({ p }) => db('trusted', p, '?options=-c%20geqo%3Doff%20-c%20timezone%3DEurope/Paris')],
  [
    'URL, hostaddr beside a name',
    ({ p }) => ({ to: `postgresql://trusted@nowhere.invalid:${p}/taskflow_db?hostaddr=127.0.0.1` }),
  ],
  ['URL, hostaddr alone', ({ p }) => ({ to: `postgresql://trusted@:${p}/taskflow_db?hostaddr=127.0.0.1` })],
  [
    'first host refuses the connection',
    ({ p, none }) => ({ to: `postgresql://trusted@127.0.0.1:${none},127.0.0.1:${p}/taskflow_db` }),
  ],
  [
    'first host has no name',
    ({ p }) => ({ to: `postgresql://trusted@nowhere.invalid,127.0.0.1:${p}/taskflow_db?port=${p},${p}` }),
  ],
  [
    'first host is starting',
    ({ p, fake }) => ({ to: `postgresql://trusted@127.0.0.1:${fake.starting},127.0.0.1:${p}/taskflow_db` }),
  ],
  [
    'first host is silent',
    ({ p, fake }) => ({
      to: `postgresql://trusted@127.0.0.1:${fake.silent},127.0.0.1:${p}/taskflow_db?connect_timeout=2`,
    }),
  ],
  [
    'one port for two hosts',
    ({ p }) => ({ to: `host=nowhere.invalid,127.0.0.1 port=${p} user=trusted dbname=taskflow_db` }),
  ],
  [
    'read-write is the second',
    ({ p, s }) => ({
      to: `postgresql://trusted@127.0.0.1:${s},127.0.0.1:${p}/taskflow_db?target_session_attrs=read-write`,
    }),
  ],
  [
    'read-only is the second',
    ({ p, s }) => ({
      to: `postgresql://trusted@127.0.0.1:${p},127.0.0.1:${s}/taskflow_db?target_session_attrs=read-only`,
    }),
  ],
  [
    'primary',
    ({ p, s }) => ({
      to: `postgresql://trusted@127.0.0.1:${s},127.0.0.1:${p}/taskflow_db?target_session_attrs=primary`,
    }),
  ],
  [
    'standby',
    ({ p, s }) => ({
      to: `postgresql://trusted@127.0.0.1:${p},127.0.0.1:${s}/taskflow_db?target_session_attrs=standby`,
    }),
  ],
  [
    'prefer-standby finds one',
    ({ p, s }) => ({
      to: `postgresql://trusted@127.0.0.1:${p},127.0.0.1:${s}/taskflow_db?target_session_attrs=prefer-standby`,
    }),
  ],
  ['prefer-standby takes a primary', ({ p }) => db('trusted', p, '?target_session_attrs=prefer-standby')],
  [
    'read-only by options',
    ({ p }) => db('trusted', p, '?target_session_attrs=read-only&options=-cdefault_transaction_read_only%3Don'),
  ],
  ['keywords', ({ p }) => ({ to: `host=127.0.0.1 port=${p} user=trusted dbname=taskflow_db` })],
  [
    'keywords with spaces and quotes',
    ({ p }) => ({ to: ` host = '127.0.0.1'port=${p}  user=trusted dbname = 'sp ace/d@b' ` }),
  ],
  [
    'keywords with escapes',
    ({ p }) => ({ to: `host=127.0.0.1 port=${p} user=scrammed dbname=taskflow_db password='canary-Pa55:w\\\\ord'` }),
  ],
  [
    'keywords with escapes, unquoted',
    ({ p }) => ({ to: `host=127.0.0.1 port=${p} user=scrammed password=canary-Pa55:w\\\\ord dbname=sp\\ ace/d@b` }),
  ],
  [
    'keywords, an empty value keeps the variable out',
    ({ p, dir }) => ({
      to: `host=${dir} port=${p} user=trusted dbname=''`,
      env: { PGDATABASE: 'nonesuch' },
    }),
  ],
  ['variables', ({ p }) => ({ env: as('trusted', p) })],
  [
    'variables, the socket',
    ({ p, dir }) => ({ env: { PGHOST: dir, PGPORT: `${p}`, PGUSER: 'trusted', PGDATABASE: 'taskflow_db' } }),
  ],
  ['variables, user and database from the system', ({ p }) => ({ env: { PGHOST: '127.0.0.1', PGPORT: `${p}` } })],
  ['variables, password', ({ p }) => ({ env: as('scrammed', p, { PGPASSWORD: PASSWORD }) })],
  ['variables, MD5', ({ p }) => ({ env: as('hashed', p, { PGPASSWORD: 'canary-md5' }) })],
  ['variables, clear text', ({ p }) => ({ env: as('spoken', p, { PGPASSWORD: 'canary-spoken' }) })],
  [
    'variables, session defaults',
    ({ p }) => ({
      env: as('trusted', p, { PGTZ: 'Asia/Tokyo', PGDATESTYLE: 'German', PGGEQO: 'off', PGAPPNAME: 'from env' }),
    }),
  ],
  ['variables, PGOPTIONS', ({ p }) => ({ env: as('trusted', p, { PGOPTIONS: '-c timezone=UTC' }) })],
  [
    'variables, PGHOSTADDR',
    ({ p }) => ({
      env: {
        PGHOST: 'nowhere.invalid',
        PGHOSTADDR: '127.0.0.1',
        PGPORT: `${p}`,
        PGUSER: 'trusted',
        PGDATABASE: 'taskflow_db',
      },
    }),
  ],
  [
    'variables, lists',
    ({ p, none }) => ({ env: tcp({ PGHOST: '127.0.0.1,127.0.0.1', PGPORT: `${none},${p}`, PGUSER: 'trusted' }) }),
  ],
  ['variables, PGREQUIRESSL', ({ p }) => ({ env: as('trusted', p, { PGREQUIRESSL: '1' }) })],
  ['variables, PGCONNECT_TIMEOUT', ({ p }) => ({ env: as('trusted', p, { PGCONNECT_TIMEOUT: '5' }) })],
  [
    'variables, PGTARGETSESSIONATTRS',
    ({ p, s }) => ({
      env: tcp({
        PGHOST: '127.0.0.1,127.0.0.1',
        PGPORT: `${p},${s}`,
        PGUSER: 'trusted',
        PGTARGETSESSIONATTRS: 'standby',
      }),
    }),
  ],
  [
    'variables, GSSAPI that nobody needs',
    ({ p }) => ({ env: as('trusted', p, { PGKRBSRVNAME: 'x', PGGSSENCMODE: 'prefer' }) }),
  ],
  [
    'service in ~',
    ({ p }) => ({
      env: { PGSERVICE: 'it' },
      home: {
        '.pg_service.conf': `# services\n[item]\nhost=wrong\n[it]\n host=127.0.0.1\nport=${p}\nuser=trusted\ndbname=taskflow_db\n[next]\nuser=x\n`,
      },
    }),
  ],
  [
    'service, the URL wins, the service wins over variables',
    ({ p }) => ({
      to: 'postgresql:///taskflow_db?service=it',
      env: { PGUSER: 'nobody', PGHOST: 'nowhere.invalid' },
      home: { '.pg_service.conf': `[it]\nhost=127.0.0.1\nport=${p}\nuser=trusted\ndbname=wrong\n` },
    }),
  ],
  [
    'service from PGSERVICEFILE',
    ({ p }) => ({
      to: 'service=it',
      env: { PGSERVICEFILE: '~/services' },
      home: {
        services: `[it]\nhost=127.0.0.1\nport=${p}\nuser=trusted\ndbname=taskflow_db\napplication_name=service app\n`,
      },
    }),
  ],
  [
    'service from PGSYSCONFDIR',
    ({ p }) => ({
      to: 'service=it',
      env: { PGSYSCONFDIR: '~/etc' },
      home: {
        '.pg_service.conf': '[other]\nuser=x\n',
        'etc/pg_service.conf': `[it]\nhost=127.0.0.1\nport=${p}\nuser=trusted\ndbname=taskflow_db\n`,
      },
    }),
  ],
  [
    'password file',
    ({ p }) => ({
      env: as('scrammed', p),
      home: {
        '.pgpass': [
          `# comment\n*:1:*:*:wrong\n127.0.0.1:${p}:taskflow_db:scrammed:canary-Pa55\\:w\\\\ord\n*:*:*:*:wrong\n`,
          0o600,
        ],
      },
    }),
  ],
  [
    'password file with wildcards',
    ({ p }) => ({
      to: url('scrammed', p),
      home: { '.pgpass': ['*:*:*:scrammed:canary-Pa55\\:w\\\\ord', 0o400] },
    }),
  ],
  [
    'password file, the password ends at a colon and at CR',
    ({ p }) => ({
      to: url('spoken', p),
      home: { '.pgpass': ['*:*:*:scrammed:x\n*:*:*:spoken:canary-spoken\r\n', 0o600] },
    }),
  ],
  [
    'password file, more than five fields',
    ({ p }) => ({
      to: url('spoken', p),
      home: { '.pgpass': ['*:*:*:*:canary-spoken:more', 0o600] },
    }),
  ],
  [
    'password file, socket folder by its name',
    ({ p, dir }) => ({
      to: `postgresql://scrammed@/taskflow_db?host=${dir}&port=${p}`,
      home: { '.pgpass': [`localhost:*:*:*:wrong\n${dir}:*:*:*:canary-Pa55\\:w\\\\ord\n`, 0o600] },
    }),
  ],
  [
    'password file, host name and not hostaddr',
    ({ p }) => ({
      to: `host=db.invalid hostaddr=127.0.0.1 port=${p} user=scrammed dbname=taskflow_db`,
      home: { '.pgpass': ['127.0.0.1:*:*:*:wrong\ndb.invalid:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  [
    'password file, hostaddr where there is no name',
    ({ p }) => ({
      to: `hostaddr=127.0.0.1 port=${p} user=scrammed dbname=taskflow_db`,
      home: { '.pgpass': ['127.0.0.1:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  [
    'password file, escaped database',
    ({ p }) => ({
      to: `postgresql://scrammed@127.0.0.1:${p}/sp%20ace%2Fd%40b`,
      home: { '.pgpass': ['*:*:sp ace/d\\@b:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  [
    'PGPASSFILE',
    ({ p }) => ({
      env: as('scrammed', p, { PGPASSFILE: '~/else' }),
      home: { else: ['*:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600], '.pgpass': ['*:*:*:*:wrong\n', 0o600] },
    }),
  ],
  [
    'an empty password is none',
    ({ p }) => ({
      to: `host=127.0.0.1 port=${p} user=scrammed dbname=taskflow_db password=''`,
      home: { '.pgpass': ['*:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  ...['disable', 'allow', 'prefer', 'require'].map(
    (mode): Case => [`sslmode=${mode}`, ({ p }) => db('trusted', p, `?sslmode=${mode}`)],
  ),
  ...['disable', 'allow', 'prefer'].map(
    (mode): Case => [`sslmode=${mode}, no TLS there`, ({ s }) => db('trusted', s, `?sslmode=${mode}`)],
  ),
  ['sslmode=allow where TLS is needed', ({ p }) => db('tlsonly:canary-tls', p, '?sslmode=allow')],
  ['sslmode=prefer where TLS is forbidden', ({ p }) => db('plainonly:canary-plain', p)],
  ['verify-ca', ({ p, tls }) => db('trusted', p, `?sslmode=verify-ca&sslrootcert=${tls.root}`)],
  [
    'verify-full, name',
    ({ p, tls }) => ({
      to: `postgresql://trusted@localhost:${p}/taskflow_db?sslmode=verify-full&sslrootcert=${tls.root}`,
    }),
  ],
  ['verify-full, address', ({ p, tls }) => db('trusted', p, `?sslmode=verify-full&sslrootcert=${tls.root}`)],
  [
    'verify-full, wildcard',
    ({ p, tls }) => ({
      to: `postgresql://trusted@DB.Wild.example:${p}/taskflow_db?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${tls.root}`,
    }),
  ],
  [
    'verify-ca, other name',
    ({ p, tls }) => ({
      to: `postgresql://trusted@other.example:${p}/taskflow_db?hostaddr=127.0.0.1&sslmode=verify-ca&sslrootcert=${tls.root}`,
    }),
  ],
  [
    'verify-full, the root in ~',
    ({ p, tls }) => ({
      env: as('trusted', p, { PGSSLMODE: 'verify-full' }),
      home: { '.postgresql/root.crt': `copy:${tls.root}` },
    }),
  ],
  [
    'verify-full, PGSSLROOTCERT',
    ({ p, tls }) => ({ env: as('trusted', p, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: tls.root }) }),
  ],
  ['require, a root that is not there', ({ p }) => db('trusted', p, '?sslmode=require&sslrootcert=/nonexistent')],
  [
    'prefer falls back from a wrong root',
    ({ p, tls }) => ({
      to: url('trusted', p, '?sslmode=prefer'),
      home: { '.postgresql/root.crt': `copy:${tls.otherRoot}` },
    }),
  ],
  ['client certificate', ({ p, tls }) => db('certified', p, `?sslcert=${tls.clientCert}&sslkey=${tls.clientKey}`)],
  [
    'client certificate in ~',
    ({ p, tls }) => ({
      to: url('certified', p, '?sslmode=require'),
      home: {
        '.postgresql/postgresql.crt': `copy:${tls.clientCert}`,
        '.postgresql/postgresql.key': [`copy:${tls.clientKey}`, 0o600],
      },
    }),
  ],
  [
    'client certificate, key with a password',
    ({ p, tls }) => ({
      to: `host=127.0.0.1 port=${p} user=certified dbname=taskflow_db sslcert=${tls.clientCert} sslkey=${tls.encryptedKey} sslpassword='${tls.keyPassword}'`,
    }),
  ],
  [
    'client certificate, variables',
    ({ p, tls }) => ({ env: as('certified', p, { PGSSLCERT: tls.clientCert, PGSSLKEY: tls.clientKey }) }),
  ],
  ['a client certificate that is not there', ({ p }) => db('trusted', p, '?sslmode=require&sslcert=/nonexistent')],
  [
    'a bad key under prefer',
    ({ p, tls }) => ({
      to: url('trusted', p),
      home: {
        '.postgresql/postgresql.crt': `copy:${tls.clientCert}`,
        '.postgresql/postgresql.key': [`copy:${tls.clientKey}`, 0o644],
      },
    }),
  ],
  [
    'revocation list that is not there',
    ({ p, tls }) => db('trusted', p, `?sslmode=verify-ca&sslrootcert=${tls.root}&sslcrl=/nonexistent`),
  ],
  ['TLS 1.2 at most', ({ p }) => db('trusted', p, '?sslmode=require&ssl_max_protocol_version=tlsv1.2')],
  [
    'TLS 1.3 at least',
    ({ p }) => ({ env: as('trusted', p, { PGSSLMODE: 'require', PGSSLMINPROTOCOLVERSION: 'TLSv1.3' }) }),
  ],
  ['no server name', ({ p }) => ({ to: `postgresql://trusted@localhost:${p}/taskflow_db?sslmode=require&sslsni=0` })],
  ...['disable', 'prefer', 'require'].map(
    (binding): Case => [
      `channel_binding=${binding}`,
      ({ p }) => db(`scrammed:${ENCODED}`, p, `?sslmode=require&channel_binding=${binding}`),
    ],
  ),
];

export const REFUSED: readonly Case[] = [
  ['wrong password', ({ p }) => db('scrammed:canary-wrong', p)],
  [
    'wrong password, the next host is not asked',
    ({ p, s }) => ({
      to: `postgresql://scrammed:canary-wrong@127.0.0.1:${p},127.0.0.1:${s}/taskflow_db`,
    }),
  ],
  ['no password', ({ p }) => db('scrammed', p)],
  ['no such database', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/nonesuch` })],
  ['no such role', ({ p }) => db('nonesuch', p)],
  ['no right to connect', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/private` })],
  ['a database without connections', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/closed` })],
  ['too many connections of a role', ({ p }) => db('limited', p)],
  ['nobody listens', ({ none }) => db('trusted', none)],
  ['no such host', ({ p }) => ({ to: `postgresql://trusted@nowhere.invalid:${p}/taskflow_db` })],
  ['no such socket', ({ p }) => ({ to: `postgresql:///taskflow_db?host=/nonexistent&port=${p}` })],
  ['silent', ({ fake }) => db('trusted', fake.silent, '?connect_timeout=2')],
  [
    'silent, from PGCONNECT_TIMEOUT',
    ({ fake }) => ({
      to: `postgresql://trusted@127.0.0.1:${fake.silent}/x?sslmode=disable`,
      env: { PGCONNECT_TIMEOUT: '1' },
    }),
  ],
  ['closing', ({ fake }) => db('trusted', fake.closing)],
  ['a web server', ({ fake }) => db('trusted', fake.web)],
  ['a web server, no TLS', ({ fake }) => db('trusted', fake.web, '?sslmode=disable')],
  [
    'plain text slipped in before TLS',
    ({ fake }) => db('trusted', fake.injecting, '?sslmode=require&connect_timeout=2'),
  ],
  ['starting', ({ fake }) => db('trusted', fake.starting)],
  ['full', ({ fake, p }) => ({ to: `postgresql://trusted@127.0.0.1:${fake.full},127.0.0.1:${p}/taskflow_db` })],
  ['GSSAPI is asked for', ({ fake }) => db('trusted', fake.gssapi)],
  ['GSSAPI encryption is required', ({ p }) => db('trusted', p, '?gssencmode=require')],
  ['channel binding without TLS', ({ fake }) => db('trusted:canary-x', fake.curious, '?channel_binding=require')],
  ['channel binding with MD5', ({ p }) => db('hashed:canary-md5', p, '?channel_binding=require')],
  ['channel binding with trust', ({ p }) => db('trusted', p, '?channel_binding=require')],
  ['TLS required, none there', ({ s }) => db('trusted', s, '?sslmode=require')],
  ['TLS needed, sslmode=disable', ({ p }) => db('tlsonly:canary-tls', p, '?sslmode=disable')],
  ['TLS forbidden, sslmode=require', ({ p }) => db('plainonly:canary-plain', p, '?sslmode=require')],
  ['verify-ca, no root', ({ p }) => db('trusted', p, '?sslmode=verify-ca')],
  ['verify-ca, other root', ({ p, tls }) => db('trusted', p, `?sslmode=verify-ca&sslrootcert=${tls.otherRoot}`)],
  [
    'verify-full, other name',
    ({ p, tls }) => ({
      to: `postgresql://trusted@other.example:${p}/taskflow_db?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${tls.root}`,
    }),
  ],
  [
    'verify-full, two labels for a wildcard',
    ({ p, tls }) => ({
      to: `postgresql://trusted@a.b.wild.example:${p}/taskflow_db?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${tls.root}`,
    }),
  ],
  [
    'verify-full, the common name beside other names',
    ({ p, tls }) => ({
      to: `postgresql://trusted@ignored.example:${p}/taskflow_db?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${tls.root}`,
    }),
  ],
  [
    'verify-full, hostaddr alone',
    ({ p, tls }) => ({
      to: `hostaddr=127.0.0.1 port=${p} user=trusted dbname=taskflow_db sslmode=verify-full sslrootcert=${tls.root}`,
    }),
  ],
  [
    'require with a root acts like verify-ca',
    ({ p, tls }) => ({
      to: url('trusted', p, '?sslmode=require'),
      home: { '.postgresql/root.crt': `copy:${tls.otherRoot}` },
    }),
  ],
  [
    'a root that is no certificate',
    ({ p }) => ({
      to: url('trusted', p, '?sslmode=require'),
      home: { '.postgresql/root.crt': 'nonsense' },
    }),
  ],
  ['revoked', ({ p, tls }) => db('trusted', p, `?sslmode=verify-ca&sslrootcert=${tls.root}&sslcrl=${tls.crl}`)],
  [
    'revoked, the list in ~',
    ({ p, tls }) => ({
      env: as('trusted', p, { PGSSLMODE: 'verify-full' }),
      home: { '.postgresql/root.crt': `copy:${tls.root}`, '.postgresql/root.crl': `copy:${tls.crl}` },
    }),
  ],
  ['client certificate missing', ({ p }) => db('certified', p, '?sslmode=require')],
  [
    'client certificate of a stranger',
    ({ p, tls }) => db('certified', p, `?sslmode=require&sslcert=${tls.strangerCert}&sslkey=${tls.strangerKey}`),
  ],
  [
    'client certificate for another role',
    ({ p, tls }) => db('tlsonly', p, `?sslmode=require&sslcert=${tls.clientCert}&sslkey=${tls.clientKey}`),
  ],
  [
    'client certificate without a key',
    ({ p, tls }) => db('certified', p, `?sslmode=require&sslcert=${tls.clientCert}&sslkey=/nonexistent`),
  ],
  [
    'client key open to others',
    ({ p, tls }) => ({
      to: url('trusted', p, '?sslmode=require'),
      home: {
        '.postgresql/postgresql.crt': `copy:${tls.clientCert}`,
        '.postgresql/postgresql.key': [`copy:${tls.clientKey}`, 0o644],
      },
    }),
  ],
  [
    'client key with a wrong password',
    ({ p, tls }) => ({
      to: `host=127.0.0.1 port=${p} user=certified dbname=taskflow_db sslmode=require sslcert=${tls.clientCert} sslkey=${tls.encryptedKey} sslpassword=canary-wrong`,
    }),
  ],
  [
    'client key of another certificate',
    ({ p, tls }) => db('certified', p, `?sslmode=require&sslcert=${tls.clientCert}&sslkey=${tls.strangerKey}`),
  ],
  [
    'password file open to others',
    ({ p }) => ({
      env: as('scrammed', p),
      home: { '.pgpass': ['*:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o640] },
    }),
  ],
  [
    'password file, only another host',
    ({ p }) => ({
      env: as('scrammed', p),
      home: { '.pgpass': ['localhost:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  [
    'password file, the first line that fits counts',
    ({ p }) => ({
      env: as('scrammed', p),
      home: { '.pgpass': ['*:*:*:*:canary-wrong\n*:*:*:*:canary-Pa55\\:w\\\\ord\n', 0o600] },
    }),
  ],
  ['read-write of a standby', ({ s }) => db('trusted', s, '?target_session_attrs=read-write')],
  ['standby of a primary', ({ p }) => db('trusted', p, '?target_session_attrs=standby')],
  ['an unknown setting in options', ({ p }) => db('trusted', p, '?options=-cnonesuch%3D1')],
  ['an unknown service', () => ({ to: 'service=nonesuch' })],
  [
    'a service file with a wrong line',
    ({ p }) => ({
      to: 'service=it',
      home: { '.pg_service.conf': `[it]\nhost=127.0.0.1\nport=${p}\nuser=trusted\nnonesuch=1\n` },
    }),
  ],
  [
    'a service within a service',
    ({ p }) => ({
      to: 'service=it',
      home: { '.pg_service.conf': `[it]\nservice=other\n[other]\nhost=127.0.0.1\nport=${p}\nuser=trusted\n` },
    }),
  ],
  ['unknown parameter', ({ p }) => db('trusted', p, '?sslmod=require')],
  ['unknown keyword', ({ p }) => ({ to: `host=127.0.0.1 port=${p} usr=trusted` })],
  ['parameter without value', ({ p }) => db('trusted', p, '?sslmode')],
  ['parameter with two =', ({ p }) => db('trusted', p, '?options=-cgeqo=off')],
  ['a % without digits', ({ p }) => ({ to: `postgresql://trusted@127.0.0.1:${p}/taskflow%5` })],
  ['%00', ({ p }) => db('trusted', p, '%00')],
  ['a quote without an end', ({ p }) => ({ to: `host=127.0.0.1 port=${p} user=trusted dbname='taskflow_db` })],
  ['a keyword without a value', ({ p }) => ({ to: `host=127.0.0.1 port=${p} user` })],
  ['brackets without an end', () => ({ to: 'postgresql://trusted@[::1/taskflow_db' })],
  ['empty brackets', () => ({ to: 'postgresql://trusted@[]/taskflow_db' })],
  ['text after brackets', () => ({ to: 'postgresql://trusted@[::1]x/taskflow_db' })],
  ['port 0', () => ({ to: 'host=127.0.0.1 port=0 user=trusted' })],
  ['port 65536', () => ({ to: 'host=127.0.0.1 port=65536 user=trusted' })],
  ['port that is a word', () => ({ env: tcp({ PGPORT: 'five', PGUSER: 'trusted' }) })],
  ['three ports for two hosts', () => ({ to: 'host=127.0.0.1,127.0.0.1 port=1,2,3 user=trusted' })],
  [
    'two addresses for one host',
    ({ p }) => ({ to: `host=localhost hostaddr=127.0.0.1,127.0.0.1 port=${p} user=trusted` }),
  ],
  ['an address that is a name', ({ p }) => ({ to: `hostaddr=localhost port=${p} user=trusted dbname=taskflow_db` })],
  ['unknown sslmode', ({ p }) => ({ env: as('trusted', p, { PGSSLMODE: 'required' }) })],
  ['unknown target_session_attrs', ({ p }) => ({ env: as('trusted', p, { PGTARGETSESSIONATTRS: 'master' }) })],
  ['unknown channel_binding', ({ p }) => ({ env: as('trusted', p, { PGCHANNELBINDING: 'yes' }) })],
  [
    'connect_timeout that is a word',
    ({ p }) => ({ to: `host=127.0.0.1 port=${p} user=trusted dbname=taskflow_db connect_timeout=soon` }),
  ],
  [
    'TLS versions the wrong way round',
    ({ p }) => ({
      to: `postgresql://trusted@127.0.0.1:${p}/x?sslmode=require&ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2`,
    }),
  ],
];
