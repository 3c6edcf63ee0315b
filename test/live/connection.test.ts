/** Side by side with psql: the same input gives the same session, or a refusal in both. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { connect } from '../../src/postgres/connect.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { Problem } from '../../src/problem/problem.ts';
import { ADMITTED, type Case, type Input, REFUSED, type World } from './connection-cases.ts';
import { type Fakes, startFakes } from './connection-fakes.ts';
import {
  freePort,
  makeCertificates,
  PSQL,
  startServer,
  startStandby,
  type TestServer,
  temporaryFolder,
} from './connection-server.ts';

const QUERY = `SELECT concat_ws('/', current_user, current_database(),
  (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), inet_server_addr(), inet_server_port(), pg_is_in_recovery(),
  current_setting('application_name'), current_setting('timezone'), current_setting('datestyle'), current_setting('geqo'))`;

const folder = temporaryFolder();
let primary: TestServer;
let standby: TestServer;
let fakes: Fakes;
let world: World;

before(async () => {
  const tls = makeCertificates(join(folder.path, 'tls'));
  primary = await startServer({ folder: join(folder.path, 'primary'), certificates: tls });
  standby = await startStandby(primary, join(folder.path, 'standby'));
  fakes = await startFakes();
  const none = await freePort();
  world = { p: primary.port, s: standby.port, dir: primary.socketFolder, tls, fake: fakes.ports, none };
});

after(() => {
  fakes?.stop();
  standby?.stop();
  primary?.stop();
  folder.remove();
});

test('psql and the tool are admitted alike', async () => {
  const differences = await inPairs(ADMITTED, (psql, ours) => {
    if (psql.session === undefined) return 'psql was refused';
    return ours.session === psql.session ? undefined : `ours: ${ours.session ?? ours.refusal?.message}`;
  });
  assert.deepEqual(differences, []);
});

test('psql and the tool are refused alike, with a next step and no password', async () => {
  const differences = await inPairs(REFUSED, (psql, { session, refusal }) => {
    if (psql.session !== undefined) return 'psql was admitted';
    if (!(refusal instanceof Problem)) return `ours: ${session ?? inspect(refusal)}`;
    const dumb = [refusal, ...(refusal.fields.also ?? [])].find(
      ({ fields }) => !(fields.also ?? fields.next ?? fields.expected),
    );
    if (dumb) return `no next step: ${dumb.message}`;
    return /canary/.test(inspect(refusal, { depth: 20, showHidden: true })) ? 'shows a password' : undefined;
  });
  assert.deepEqual(differences, []);
  assert.deepEqual(fakes.heard, [], 'a password in clear text in spite of channel_binding=require');
});

interface Result {
  readonly session?: string;
  readonly refusal?: Error;
}

type Check = (psql: Result, ours: Result) => string | undefined;

/** Both sides of every case, a few cases at a time, and how they differ. */
async function inPairs(cases: readonly Case[], check: Check): Promise<string[]> {
  const queue = [...cases.entries()];
  const differences: string[] = [];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, [name, input]] = next;
      const env = environment(input(world), `${cases.length}-${index}`);
      const [psql, ours] = await Promise.all([throughPsql(input(world), env), throughUs(input(world), env)]);
      const difference = check(psql, ours);
      if (difference) differences.push(`${name}: ${difference}; psql: ${psql.session ?? psql.refusal?.message}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return differences;
}

/** A home of its own with the case's files, and an environment of nothing but that and the case's variables. */
function environment({ env = {}, home = {} }: Input, name: string): Record<string, string> {
  const path = join(folder.path, 'homes', name);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(home)) writeHomeFile(join(path, file), content);
  const expanded = Object.entries(env).map(([key, value]) => [key, value.replace(/^~/, path)]);
  return { HOME: path, PATH: process.env.PATH ?? '', ...Object.fromEntries(expanded) };
}

function writeHomeFile(path: string, content: string | readonly [string, number]): void {
  const [text, mode] = typeof content === 'string' ? [content, 0o644] : content;
  mkdirSync(join(path, '..'), { recursive: true });
  if (text.startsWith('copy:')) copyFileSync(text.slice(5), path);
  else writeFileSync(path, text);
  chmodSync(path, mode);
}

function throughPsql({ to }: Input, env: Record<string, string>): Promise<Result> {
  const args = ['-XAtw', '-c', QUERY, ...(to === undefined ? [] : [to])];
  return new Promise((resolve) => {
    execFile(PSQL, args, { env, encoding: 'utf8', timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(error ? { refusal: new Error(stderr.trim()) } : { session: stdout.trim() });
    });
  });
}

async function throughUs({ to }: Input, env: Record<string, string>): Promise<Result> {
  try {
    const target = resolveTarget(machineInputs(to === undefined ? env : { ...env, DATABASE_URL: to }));
    assert.ok(target, 'nothing names a target');
    const client = await connect(target, { applicationName: 'psql' });
    const { rows } = await client.query<{ concat_ws: string }>(QUERY);
    await client.end();
    return { session: rows[0]?.concat_ws ?? '' };
  } catch (error) {
    return { refusal: error as Error };
  }
}
