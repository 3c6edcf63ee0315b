import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** PostgreSQL's own programs, Debian's package postgresql-15. */
const BIN = '/usr/lib/postgresql/15/bin';

/** psql itself: the one on Debian's PATH is a wrapper that sets PGHOST. */
export const PSQL = join(BIN, 'psql');

export interface Certificates {
  readonly folder: string;
  readonly root: string;
  readonly otherRoot: string;
  readonly crl: string;
  /** Client certificate and key of the role `certified`. */
  readonly clientCert: string;
  readonly clientKey: string;
  readonly encryptedKey: string;
  readonly keyPassword: string;
  readonly strangerCert: string;
  readonly strangerKey: string;
}

export interface TestServer {
  readonly port: number;
  readonly socketFolder: string;
  readonly dataFolder: string;
  stop(): void;
}

const inFolder = (folder: string) => (args: string[], input?: string) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], input: input ?? '' });

/** A certificate authority with a server certificate, a revoked one, client certificates, and an authority of nobody's. */
export function makeCertificates(folder: string): Certificates {
  mkdirSync(folder, { recursive: true });
  const openssl = inFolder(folder);
  const at = (name: string) => join(folder, name);
  const authority = (name: string) =>
    openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    ]);
  const issue = (name: string, subject: string, extensions: string, by = 'root') => {
    openssl([
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    ]);
    writeFileSync(at(`${name}.ext`), extensions);
    openssl([
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.crt`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      '30',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    ]);
    chmodSync(at(`${name}.key`), 0o600);
  };
  authority('root');
  authority('other');
  issue('server', 'ignored.example', 'subjectAltName=DNS:localhost,DNS:*.wild.example,IP:127.0.0.1');
  issue('certified', 'certified', 'extendedKeyUsage=clientAuth');
  issue('stranger', 'certified', 'extendedKeyUsage=clientAuth', 'other');
  openssl(['rsa', '-in', 'certified.key', '-aes256', '-passout', 'pass:key secret', '-out', 'encrypted.key']);
  chmodSync(at('encrypted.key'), 0o600);
  revoke(folder);
  return {
    folder,
    root: at('root.crt'),
    otherRoot: at('other.crt'),
    crl: at('revoked.crl'),
    clientCert: at('certified.crt'),
    clientKey: at('certified.key'),
    encryptedKey: at('encrypted.key'),
    keyPassword: 'key secret',
    strangerCert: at('stranger.crt'),
    strangerKey: at('stranger.key'),
  };
}

/** A list by which the server's certificate is revoked. */
function revoke(folder: string): void {
  const openssl = inFolder(folder);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\nunique_subject=no\n',
  );
  const authority = ['-config', 'ca.cnf', '-cert', 'root.crt', '-keyfile', 'root.key'];
  openssl(['ca', ...authority, '-revoke', 'server.crt']);
  openssl(['ca', ...authority, '-gencrl', '-out', 'revoked.crl']);
}

/** pg_hba.conf of the server: by role, so that every way of authentication can be met. */
const RULES = `
local   all trusted                    trust
local   all scrammed                   scram-sha-256
local   all postgres                   trust
host    all trusted     127.0.0.1/32   trust
hostssl all scrammed    127.0.0.1/32   scram-sha-256
host    all scrammed    127.0.0.1/32   scram-sha-256
host    all hashed      127.0.0.1/32   md5
host    all spoken      127.0.0.1/32   password
host    all limited     127.0.0.1/32   trust
hostssl all tlsonly     127.0.0.1/32   scram-sha-256
hostnossl all plainonly 127.0.0.1/32   scram-sha-256
hostssl all certified   127.0.0.1/32   cert
host    all "${userInfo().username}" 127.0.0.1/32 trust
local   replication postgres           trust
`;

const ROLES = `
CREATE ROLE trusted LOGIN; CREATE ROLE certified LOGIN; CREATE ROLE "limited" LOGIN CONNECTION LIMIT 0;
CREATE ROLE scrammed LOGIN PASSWORD 'canary-Pa55:w\\ord'; CREATE ROLE tlsonly LOGIN PASSWORD 'canary-tls';
CREATE ROLE plainonly LOGIN PASSWORD 'canary-plain'; CREATE ROLE spoken LOGIN PASSWORD 'canary-spoken';
CREATE ROLE nobody NOLOGIN;
SET password_encryption = md5; CREATE ROLE hashed LOGIN PASSWORD 'canary-md5';
CREATE DATABASE taskflow_db; CREATE DATABASE "sp ace/d@b"; CREATE DATABASE scrammed; CREATE DATABASE trusted;
CREATE DATABASE closed ALLOW_CONNECTIONS false;
CREATE DATABASE "${userInfo().username}";
DO $$BEGIN CREATE ROLE "${userInfo().username}" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
CREATE DATABASE private; REVOKE CONNECT ON DATABASE private FROM PUBLIC;
`;

export interface ServerChoice {
  readonly folder: string;
  readonly certificates?: Certificates;
  /** Further lines of postgresql.conf. */
  readonly settings?: string;
}

/** A PostgreSQL of its own in a folder of its own, with roles and rules as above; TLS if certificates are given. */
export async function startServer({ folder, certificates, settings = '' }: ServerChoice): Promise<TestServer> {
  const dataFolder = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  own(folder);
  run('initdb', ['-D', dataFolder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  // Late, so that there is hardly time for another test to take it.
  const port = await freePort();
  writeFileSync(
    join(dataFolder, 'postgresql.auto.conf'),
    `port=${port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='${folder}'\nfsync=off\nmax_connections=60\n${settings}\n${
      certificates ? tlsSettings(dataFolder, certificates) : ''
    }`,
  );
  const control = (action: string, ...more: string[]) => run('pg_ctl', ['-D', dataFolder, '-w', ...more, action]);
  control('start', '-l', join(folder, 'log'), '-s');
  run(
    'psql',
    ['-h', folder, '-p', String(port), '-U', 'postgres', '-d', 'postgres', '-qX', '-v', 'ON_ERROR_STOP=1'],
    ROLES,
  );
  writeFileSync(join(dataFolder, 'pg_hba.conf'), RULES);
  control('reload', '-s');
  return { port, socketFolder: folder, dataFolder, stop: () => control('stop', '-m', 'immediate', '-s') };
}

/** A standby of that server, without TLS, in recovery for ever. */
export async function startStandby(of: TestServer, folder: string): Promise<TestServer> {
  const dataFolder = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  own(folder);
  run('pg_basebackup', [
    '-h',
    of.socketFolder,
    '-p',
    String(of.port),
    '-U',
    'postgres',
    '-D',
    dataFolder,
    '-R',
    '-c',
    'fast',
    '-N',
  ]);
  const port = await freePort();
  const settings = `port=${port}\nunix_socket_directories='${folder}'\nssl=off\n`;
  appendFileSync(join(dataFolder, 'postgresql.auto.conf'), settings);
  const control = (action: string, ...more: string[]) => run('pg_ctl', ['-D', dataFolder, '-w', ...more, action]);
  control('start', '-l', join(folder, 'log'), '-s');
  return { port, socketFolder: folder, dataFolder, stop: () => control('stop', '-m', 'immediate', '-s') };
}

function tlsSettings(dataFolder: string, certificates: Certificates): string {
  for (const name of ['server.crt', 'server.key', 'root.crt']) {
    const bytes = execFileSync('cat', [join(certificates.folder, name)]);
    writeFileSync(join(dataFolder, name), bytes, { mode: 0o600 });
    own(join(dataFolder, name));
  }
  return `ssl=on\nssl_ca_file='root.crt'\n`;
}

/** The server refuses to run as root; everything of its own then belongs to the user postgres. */
const asRoot = process.getuid?.() === 0;
const postgresUid = asRoot ? Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' })) : 0;

function own(path: string): void {
  if (asRoot) chownSync(path, postgresUid, -1);
}

function run(program: string, args: string[], input = ''): string {
  const [file, rest] = asRoot
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', join(BIN, program), ...args]]
    : [join(BIN, program), args];
  return execFileSync(file, rest, { cwd: '/', input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A folder for one test file that everyone may enter: the server runs as somebody else than the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tfdb-connection-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
