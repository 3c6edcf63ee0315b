// A private PostgreSQL of the machine's own binaries, in the bench's temporary folder, with PostgreSQL's default settings
// (fsync on): only its port and socket are ours.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Where the newest server's programs are: PGBIN, else Debian's places, else the PATH. */
function binaryFolder() {
  if (process.env.PGBIN) return process.env.PGBIN;
  const debian = '/usr/lib/postgresql';
  const majors = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = majors.map((major) => join(debian, major, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
  return found ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
}

/** The server refuses to run as root. */
function account() {
  if (process.getuid?.() !== 0) return {};
  const of = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: of('-u'), gid: of('-g') };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startCluster(folder) {
  const bin = binaryFolder();
  const who = account();
  const home = join(folder, 'cluster');
  mkdirSync(home);
  if (who.uid !== undefined) chownSync(home, who.uid, who.gid);
  const [data, port] = [join(home, 'data'), await freePort()];
  const options = { ...who, cwd: home, stdio: 'ignore' };
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  execFileSync(join(bin, 'initdb'), initdb, options);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-k', home, ...listen()], options);
  const cluster = new Cluster(bin, home, port, server);
  await cluster.untilReady();
  return cluster;
}

function listen() {
  return ['-c', 'listen_addresses=127.0.0.1'];
}

class Cluster {
  #server;
  #next = 1;

  constructor(bin, socketFolder, port, server) {
    Object.assign(this, { bin, socketFolder, port });
    this.#server = server;
  }

  async untilReady() {
    for (let attempt = 0; ; attempt++) {
      try {
        this.version = (await this.query('postgres', 'SHOW server_version'))[0].server_version;
        return;
      } catch (error) {
        if (attempt > 300) throw error;
        await sleep(50);
      }
    }
  }

  url(database, port = this.port) {
    return `postgres://postgres@127.0.0.1:${port}/${database}?sslmode=disable`;
  }

  async query(database, sql, params) {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres', database });
    await client.connect();
    try {
      return (await client.query(sql, params)).rows;
    } finally {
      await client.end();
    }
  }

  /** A new database, with everything before it on disk, so that nobody pays for another's writes. */
  async createDatabase(template = 'template0') {
    const name = `bench_${this.#next++}`;
    await this.query('postgres', `CREATE DATABASE ${name} TEMPLATE ${template}`);
    await this.query('postgres', 'CHECKPOINT');
    return name;
  }

  async dropDatabase(name) {
    await this.query('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async stop() {
    const ended = new Promise((resolve) => this.#server.once('exit', resolve));
    this.#server.kill('SIGINT');
    await ended;
  }
}
